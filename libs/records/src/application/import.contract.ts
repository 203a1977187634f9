import { Int } from '@nestjs/graphql';

import { Expose, Output } from '@haven/api';
import { csvTypes } from '@haven/csv';
import type { CsvPlan } from '@haven/csv';

/** An error in a line that was refused. */
@Output('ImportError', 'An error of one line that was refused.')
export class ImportErrorView {
  @Expose('Number of the line in the body, starting at 1.', { as: Int, restOnly: true })
  line!: number;

  @Expose('Error code, or the keyword of the schema that the line violates.', { restOnly: true })
  code!: string;

  @Expose('Description of the error.', { restOnly: true })
  detail!: string;

  @Expose('JSON Pointer to the invalid value in the record.', { restOnly: true })
  pointer!: string;
}

/** A column of a CSV. */
@Output('CsvColumn', 'A column of a CSV that was imported.')
export class CsvColumnView {
  @Expose('Name in the header.', { restOnly: true })
  name!: string;

  @Expose('Type of its values.', {
    as: String,
    restOnly: true,
    schema: { enum: [...csvTypes] },
  })
  type!: string;
}

/** How a CSV was read. */
@Output('CsvReading', 'How a CSV was read: what the request says, and otherwise what was found in all its rows.')
export class CsvReadingView {
  @Expose('Character between cells.', { restOnly: true, schema: { example: ';' } })
  delimiter: string;

  @Expose('Decimal sign of numbers.', { restOnly: true, schema: { example: ',' } })
  decimal: string;

  @Expose('Columns that were imported.', { as: [CsvColumnView], restOnly: true })
  columns: CsvColumnView[];

  constructor({ delimiter, decimal, columns }: Pick<CsvPlan, 'delimiter' | 'decimal' | 'columns'>) {
    this.delimiter = delimiter;
    this.decimal = decimal;
    this.columns = columns.flatMap(({ name, type, role }) => (role === 'member' ? [{ name, type }] : []));
  }
}

/** The result of an import. */
@Output('ImportReport', 'Result of an import.')
export class ImportReportView {
  @Expose('Number of records written.', { as: Int, restOnly: true })
  imported = 0;

  @Expose('Number of records written that are new.', { as: Int, restOnly: true })
  created = 0;

  @Expose('Number of records written that replaced an existing one (lines with an id).', { as: Int, restOnly: true })
  updated = 0;

  @Expose('Number of lines refused.', { as: Int, restOnly: true })
  failed = 0;

  @Expose('Errors of the first refused lines, at most `limits.importErrors`.', {
    as: [ImportErrorView],
    restOnly: true,
  })
  errors: ImportErrorView[] = [];

  @Expose('How the CSV was read; absent for NDJSON.', { as: CsvReadingView, optional: true, restOnly: true })
  csv?: CsvReadingView;
}
