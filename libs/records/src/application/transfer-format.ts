import type { CsvFormat, CsvOptions } from '@haven/csv';

/** The content of each line of an import or export: the whole record, or only its document. */
export type LineShape = 'record' | 'document';

/** How a CSV is read; what is absent is found in it. */
export type CsvImportOptions = Pick<CsvOptions, 'delimiter' | 'decimal' | 'types' | 'empty'>;

/** How to export CSV. */
export interface CsvExportOptions extends CsvFormat {
  /** The members of the documents that become columns, in this order; default all. */
  columns?: readonly string[] | undefined;
}
