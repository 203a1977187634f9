import { Allow, IsIn, IsString } from 'class-validator';

import { Expose, Input, IsTextOrTexts, Json, TEXT_OR_TEXTS } from '@haven/api';
import { csvDecimalNames, csvDelimiterNames } from '@haven/csv';
import type { JsonValue } from '@haven/kernel';

import { AS_OF, EXPAND, QUERY_FILTER } from './record-queries.contract.js';
import type { LineShape } from './transfer-format.js';

/** Description of `expand` in exports. */
export const EXPORT_EXPAND = `${EXPAND} Not for CSV, nor for lines that are documents.`;

/** Description of `delimiter` in exports and imports. */
export const DELIMITER = 'Character between the cells of CSV, or its name: `comma`, `semicolon`, `tab` or `pipe`.';

/** Description of `decimal` in exports and imports. */
export const DECIMAL = 'Decimal sign of the numbers in CSV, or its name: `point` or `comma`.';

/** Members that an export has in a query string and in a body. */
export class ExportOptions {
  @Expose('Content of a line: the whole `record` (for an import with `shape=record`), or only its `document`.', {
    as: String,
    optional: true,
    schema: { enum: ['record', 'document'], default: 'record' },
  })
  @IsIn(['record', 'document'])
  shape?: LineShape;

  @Expose(AS_OF, { optional: true })
  @IsString()
  asOf?: string;

  @Expose(`${DELIMITER} Default: a comma.`, { as: String, optional: true, schema: { enum: csvDelimiterNames } })
  @IsIn(csvDelimiterNames)
  delimiter?: string;

  @Expose(`${DECIMAL} Default: a point.`, { as: String, optional: true, schema: { enum: csvDecimalNames } })
  @IsIn(csvDecimalNames)
  decimal?: string;
}

/** An export in a request body. It has the same members as the query string has parameters. */
@Input('RecordsExport', 'An export of records, with the parameters of the export by GET.', { mayBeAbsent: true })
export class RecordsExportInput extends ExportOptions {
  @Expose(QUERY_FILTER, {
    as: Json,
    optional: true,
    schema: { type: 'object', additionalProperties: true, example: { 'Major Genre': 'Drama' } },
  })
  @Allow()
  filter?: JsonValue;

  @Expose(EXPORT_EXPAND, { as: [String], optional: true, schema: TEXT_OR_TEXTS })
  @IsTextOrTexts()
  expand?: string | string[];

  @Expose(
    'Members of the documents that become columns of CSV, as a list or joined by commas. Default: all. Without it, ' +
      'all records are read once more.',
    { as: [String], optional: true, schema: TEXT_OR_TEXTS },
  )
  @IsTextOrTexts()
  columns?: string | string[];
}
