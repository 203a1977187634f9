import { decimalOf, delimiterOf, parseTypes } from '@haven/csv';
import { preferredType } from '@haven/http';
import { invalid } from '@haven/kernel';

import type { ExportOptions } from '../application/export.contract.js';
import type { ImportOptions } from '../application/import-line-parser.js';
import type { CsvExportOptions, CsvImportOptions } from '../application/transfer-format.js';
import type { ImportQuery } from './records.query.js';

/** Media types of imports and exports. */
export const TRANSFER_TYPES = ['application/x-ndjson', 'application/jsonl', 'application/ndjson', 'text/csv'] as const;

/** The options of an export that apply to CSV. */
type ExportFormatOptions = Pick<ExportOptions, 'delimiter' | 'decimal'> & { columns?: string | string[] };

/** The media type of an export, and how to write it if that is CSV. */
interface ExportFormat {
  mediaType: string;
  csv?: CsvExportOptions;
}

const IMPORT_CSV = ['types', 'text', 'delimiter', 'decimal', 'empty'] as const;
const EXPORT_CSV = ['columns', 'delimiter', 'decimal'] as const;

/** Returns the options of an import with these query parameters and this `Content-Type`. */
export function importOptions(query: ImportQuery, contentType: string | undefined): ImportOptions {
  const { atomic = false, shape = 'document', upsertBy } = query;
  if (upsertBy !== undefined && shape === 'record')
    throw invalid('VALIDATION_FAILED', '/upsertBy', 'Applies only to lines that are documents; leave out `shape`');
  const options = { atomic, shape, upsertBy };
  if (/^text\/csv\s*(;|$)/i.test(contentType ?? '')) return { ...options, csv: csvImportOptions(query) };
  refuseCsvOptions(query, IMPORT_CSV);
  return options;
}

/** Returns the format of an export with these options and this `Accept`. */
export function exportFormat(options: ExportFormatOptions, accept: string | undefined): ExportFormat {
  const { columns, delimiter, decimal } = options;
  const type = preferredType(accept, TRANSFER_TYPES) ?? TRANSFER_TYPES[0]; // others were refused before
  const mediaType = `${type}; charset=utf-8`;
  if (type !== 'text/csv') {
    refuseCsvOptions(options, EXPORT_CSV);
    return { mediaType };
  }
  const csv = {
    delimiter: delimiterOf(delimiter) ?? ',',
    decimal: decimalOf(decimal) ?? '.',
    columns: typeof columns === 'string' ? columnNames(columns) : columns,
  };
  return { mediaType, csv };
}

function csvImportOptions({ types = '', text = false, delimiter, decimal, empty }: ImportQuery): CsvImportOptions {
  const declared = types === '' ? new Map() : new Map(parseTypes(types));
  if (text && !declared.has('*')) declared.set('*', 'text');
  return { types: declared, delimiter: delimiterOf(delimiter), decimal: decimalOf(decimal), empty };
}

function columnNames(text: string): string[] {
  if (!text.trimStart().startsWith('[')) return text.split(',');
  try {
    const names: unknown = JSON.parse(text);
    if (Array.isArray(names) && names.every((name) => typeof name === 'string')) return names;
  } catch {
    // reported below
  }
  throw invalid('VALIDATION_FAILED', '/columns', 'Must be names joined by commas, or a JSON array of strings');
}

function refuseCsvOptions<Options extends object>(options: Options, names: readonly (keyof Options & string)[]): void {
  const given = names.find((name) => options[name] !== undefined);
  if (given !== undefined) throw invalid('VALIDATION_FAILED', `/${given}`, 'Applies only to text/csv');
}
