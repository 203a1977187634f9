import { Int } from '@nestjs/graphql';
import { Allow, IsIn, IsInt, IsString, Min } from 'class-validator';

import { Expose, Input, IsTextOrTexts, Json, TEXT_OR_TEXTS } from '@haven/api';
import type { JsonValue } from '@haven/kernel';
import type { SortInput } from '@haven/query';

import { IsSort, SORT_SCHEMA, TYPED_SORT_FIELD } from './sort-input.js';

/** Description of `asOf` in all operations. */
export const AS_OF =
  'Reads records as they were at this moment: an RFC 3339 time, or a cursor of the change feed for the exact state ' +
  'after all changes up to it.';

/** Description of `expand` in all operations. */
export const EXPAND =
  'Paths of references whose targets are added as `expanded`, as a list or joined by commas. `director.agent` also adds ' +
  'the agents of the directors; at most 3 references after one another.';

/** Description of `filter` in request bodies. */
export const QUERY_FILTER = 'Filter that the records must match, such as `{"year":{"_gte":2000}}`.';

/** Description of `truncated` in pages of records. */
export const TRUNCATED =
  'Whether more records match than the list has: a list that is sorted by `$score` has the best 1,000.';

/** A query, as an example in OpenAPI. */
export const QUERY_EXAMPLE = {
  filter: { 'Major Genre': 'Drama', 'IMDB Rating': { _gte: 8 } },
  sort: '-IMDB Rating',
  fields: ['Title', 'Director'],
  limit: 10,
};

/** A query for records in a request body. It has the same members as the query string has parameters. */
@Input('RecordQuery', 'A query of records, with the parameters of the list.', { mayBeAbsent: true })
export class RecordQueryInput {
  @Expose(QUERY_FILTER, {
    as: Json,
    optional: true,
    schema: {
      type: 'object',
      additionalProperties: true,
      example: { 'Major Genre': 'Drama', 'IMDB Rating': { _gte: 8 } },
    },
  })
  @Allow()
  filter?: JsonValue;

  @Expose(
    'Fields to sort by, as a list or joined by commas; `-` for descending order. A field of a list may say how strings ' +
      `are compared: ${TYPED_SORT_FIELD}. Default: newest first.`,
    { as: [String], optional: true, schema: { ...SORT_SCHEMA, example: '-IMDB Rating,Title' } },
  )
  @IsSort()
  sort?: SortInput;

  @Expose('Number of items per page, at most `limits.pageSize`. Default 20.', {
    as: Int,
    optional: true,
    schema: { minimum: 1, maximum: 500 },
  })
  @IsInt()
  @Min(1)
  limit?: number;

  @Expose('Returns the page after this cursor.', { optional: true })
  @IsString()
  after?: string;

  @Expose('Returns the page before this cursor.', { optional: true })
  @IsString()
  before?: string;

  @Expose('Members of `data` to return: paths, as a list or joined by commas. Default: all.', {
    as: [String],
    optional: true,
    schema: TEXT_OR_TEXTS,
  })
  @IsTextOrTexts()
  fields?: string | string[];

  @Expose(EXPAND, { as: [String], optional: true, schema: TEXT_OR_TEXTS })
  @IsTextOrTexts()
  expand?: string | string[];

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
