import { IsBoolean, IsIn, IsNotEmpty, IsString } from 'class-validator';

import { Expose, Json, PageQuery } from '@haven/api';
import { csvDecimalNames, csvDelimiterNames, csvEmptyValues } from '@haven/csv';
import type { CsvEmpty } from '@haven/csv';
import type { JsonValue } from '@haven/kernel';

import { DECIMAL, DELIMITER, EXPORT_EXPAND, ExportOptions } from '../application/export.contract.js';
import { AS_OF, EXPAND } from '../application/record-queries.contract.js';
import { TYPED_SORT_FIELD } from '../application/sort-input.js';

const FILTER = 'Filter that the records must match, as URL-encoded JSON, such as `{"year":{"_gte":2000}}`.';
const FIELDS = 'Members of `data` to return: paths, joined by commas. Default: all.';

/** Query parameters of `GET …/records`. */
export class ListRecordsQuery extends PageQuery {
  @Expose(FILTER, { as: Json, optional: true, schema: { type: String, example: '{"Major Genre":"Drama"}' } })
  filter?: JsonValue;

  @Expose(
    'Fields to sort by, joined by commas; `-` for descending order. A JSON list can also contain objects that say how ' +
      `strings are compared: ${TYPED_SORT_FIELD}. Default: newest first.`,
    { optional: true, schema: { example: '-IMDB Rating,Title' } },
  )
  @IsNotEmpty()
  sort?: string;

  @Expose(FIELDS, { optional: true, schema: { example: 'Title,Director' } })
  @IsString()
  fields?: string;

  @Expose(EXPAND, { optional: true, schema: { example: 'director' } })
  @IsNotEmpty()
  expand?: string;

  @Expose("Adds `total`: an exact count (`exact`) or the query planner's estimate (`estimated`, cheap).", {
    optional: true,
    schema: { enum: ['exact', 'estimated'] },
  })
  @IsIn(['exact', 'estimated'])
  count?: string;

  @Expose(AS_OF, { optional: true })
  @IsString()
  asOf?: string;
}

/** Query parameters of `GET …/records/{id}`. */
export class ReadRecordQuery {
  @Expose(FIELDS, { optional: true, schema: { example: 'Title,Director' } })
  @IsString()
  fields?: string;

  @Expose(EXPAND, { optional: true, schema: { example: 'director' } })
  @IsNotEmpty()
  expand?: string;

  @Expose(AS_OF, { optional: true })
  @IsString()
  asOf?: string;
}

/** Query parameters of the changes under `…/records/by/{index}/{value}`. */
export class KeyQuery {
  @Expose(
    'How `value` in the URL is read. `json`: as JSON, such as `12` or `"12"`, and an array for an index with several ' +
      'paths. By default it is text; values of several paths are separated by commas, and a backslash escapes the next ' +
      'character. Text is a string, unless the schema allows only numbers or booleans at the path.',
    { as: String, optional: true, schema: { enum: ['json'] } },
  )
  @IsIn(['json'])
  valueType?: 'json';
}

/** Query parameters of `GET …/records/by/{index}/{value}`. */
export class ReadByKeyQuery extends KeyQuery {
  @Expose(FIELDS, { optional: true, schema: { example: 'Title,Director' } })
  @IsString()
  fields?: string;

  @Expose(EXPAND, { optional: true, schema: { example: 'director' } })
  @IsNotEmpty()
  expand?: string;
}

/** Query parameters of `GET …/export`. */
export class ExportQuery extends ExportOptions {
  @Expose(FILTER, { as: Json, optional: true, schema: { type: String } })
  filter?: JsonValue;

  @Expose(EXPORT_EXPAND, { optional: true, schema: { example: 'director' } })
  @IsNotEmpty()
  expand?: string;

  @Expose(
    'Members of the documents that become columns of CSV, joined by commas, or as a JSON array. Default: all. ' +
      'Without it, all records are read once more.',
    { optional: true, schema: { example: 'Title,Director' } },
  )
  @IsNotEmpty()
  columns?: string;
}

/** Query parameters of `POST …/import`. */
export class ImportQuery {
  @Expose(
    'Imports all lines in one transaction; the first invalid line fails the import. By default, invalid lines are ' +
      'skipped and reported.',
    { optional: true, schema: { default: false } },
  )
  @IsBoolean({ message: '$property must be true or false' })
  atomic?: boolean;

  @Expose(
    'Content of a line: a `document`, or a `record` `{"id", "data"}` as in an export, which replaces the record with ' +
      'that id.',
    { as: String, optional: true, schema: { enum: ['record', 'document'], default: 'document' } },
  )
  @IsIn(['record', 'document'])
  shape?: 'record' | 'document';

  @Expose(
    'Name of a unique index (its paths, joined by commas): a line whose value a record has replaces that record, other ' +
      'lines create one. Only for lines that are documents. Of several lines with the same value, the last one counts.',
    { optional: true, schema: { example: 'email' } },
  )
  @IsNotEmpty()
  upsertBy?: string;

  @Expose(
    'Types of the columns of CSV: `name:type` joined by commas, or a JSON object. Types are `text`, `number`, ' +
      '`boolean` and `json`; the name `*` stands for all other columns. Default: the type of all cells of the column.',
    { optional: true, schema: { example: 'zip:text,price:number' } },
  )
  @IsNotEmpty()
  types?: string;

  @Expose('Reads all columns of CSV as text, except those in `types`.', { optional: true, schema: { default: false } })
  @IsBoolean({ message: '$property must be true or false' })
  text?: boolean;

  @Expose(`${DELIMITER} Default: the one that is found.`, {
    as: String,
    optional: true,
    schema: { enum: csvDelimiterNames },
  })
  @IsIn(csvDelimiterNames)
  delimiter?: string;

  @Expose(`${DECIMAL} Default: the one that is found if the delimiter is a semicolon, otherwise a point.`, {
    as: String,
    optional: true,
    schema: { enum: csvDecimalNames },
  })
  @IsIn(csvDecimalNames)
  decimal?: string;

  @Expose(
    'What an empty cell of CSV becomes: a `missing` member, `null`, or an empty string (`text`) in columns of text. A ' +
      'cell with the quotes `""` is an empty string.',
    { as: String, optional: true, schema: { enum: [...csvEmptyValues], default: 'missing' } },
  )
  @IsIn(csvEmptyValues)
  empty?: CsvEmpty;
}
