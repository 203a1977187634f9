import type { ElementsCondition, Filter, SizeCondition } from '@haven/query';

import { pathSql } from './sort-functions.js';
import { bind, signs } from './sql-text.js';

/**
 * Returns the SQL of a condition on the elements of an array. In the subquery, the column `data` is an element, so
 * `filterSql` returns the same condition for an element as for a record.
 */
export function elementsSql(
  { path, quantifier, filter }: ElementsCondition,
  params: unknown[],
  filterSql: (filter: Filter, params: unknown[]) => string,
): string {
  const value = pathSql(path);
  // CASE, because the function fails for a value that is not an array. PostgreSQL may test conditions in any order.
  const elements = `jsonb_array_elements(CASE jsonb_typeof(${value}) WHEN 'array' THEN ${value} END) AS element (data)`;
  const found = filterSql(filter, params);
  if (quantifier === 'some') return `EXISTS (SELECT FROM ${elements} WHERE ${found})`;
  const isArray = `coalesce(jsonb_typeof(${value}) = 'array', FALSE)`;
  return `(${isArray} AND NOT EXISTS (SELECT FROM ${elements} WHERE NOT ${found}))`;
}

/** Returns the SQL of a condition on the size of an array. */
export function sizeSql({ path, condition }: SizeCondition, params: unknown[]): string {
  const value = pathSql(path);
  const size = `jsonb_array_length(${value})`;
  const test =
    condition.operator === '_in'
      ? `${size} = ANY(${bind(params, condition.operand, 'bigint[]')})`
      : `${size} ${signs[condition.operator]} ${bind(params, condition.operand, 'bigint')}`;
  return `(CASE jsonb_typeof(${value}) WHEN 'array' THEN ${test} ELSE FALSE END)`;
}
