import { directionIn, indexKeyBytes, isOrderedByKey, keyOrder, positionKey } from '@haven/query';
import type { Filter, SystemComparison, SystemField, Position, Sort, SortTerm } from '@haven/query';

import { conditionSql } from './condition-sql.js';
import { currentSearchSql } from './search-sql.js';
import type { SearchSql } from './search-sql.js';
import { elementsSql, sizeSql } from './elements-sql.js';
import { pathSql, sortKeySql } from './sort-functions.js';
import { bind, joined, signs } from './sql-text.js';

/**
 * Returns the filter as a condition on the columns `id version created_at updated_at data`, which must not be NULL. The
 * condition is never NULL either. Appends the operands to `params` and numbers the placeholders accordingly. Needs a
 * UTF-8 database and `SORT_FUNCTIONS`. `searchSql` returns the condition of a search; without it, the rows must be
 * current ones.
 */
export function filterSql(filter: Filter, params: unknown[], searchSql: SearchSql = currentSearchSql): string {
  switch (filter.kind) {
    case 'and':
      return joined(
        filter.parts.map((part) => filterSql(part, params, searchSql)),
        'AND',
        'TRUE',
      );
    case 'data':
      return conditionSql(filter.path, filter.condition, params);
    case 'elements':
      return elementsSql(filter, params, filterSql);
    case 'or':
      return joined(
        filter.parts.map((part) => filterSql(part, params, searchSql)),
        'OR',
        'FALSE',
      );
    case 'size':
      return sizeSql(filter, params);
    case 'not':
      return notSql(filter.part, params, searchSql);
    case 'system':
      return systemSql(filter, params);
    case 'search':
      return searchSql(filter, params);
  }
}

/** Returns the expressions for ORDER BY. */
export function orderBySql(sort: Sort): string {
  if (isByKey(sort)) {
    const word = keyOrder(sort).id.term.direction === 'ascending' ? 'ASC' : 'DESC';
    return `${keySql(sort)} ${word}, id ${word}`;
  }
  return columnsOf(sort)
    .map(({ sql, direction }) => `${sql} ${direction === 'ascending' ? 'ASC' : 'DESC'}`)
    .join(', ');
}

/**
 * Returns the condition that a row comes after the position in the sort order. To read the rows before a position, use
 * the `reversed` sort and reverse the result. Appends to `params` like `filterSql`.
 */
export function keysetSql(sort: Sort, position: Position, params: unknown[]): string {
  if (isByKey(sort)) {
    const order = keyOrder(sort);
    const key = bind(params, positionKey(order, position), 'bytea');
    const id = bind(params, position[order.id.place], 'uuid');
    return `(${keySql(sort)}, id) ${order.id.term.direction === 'ascending' ? '>' : '<'} (${key}, ${id})`;
  }
  const columns = columnsOf(sort).map((column, index) => ({
    ...column,
    bound: bind(params, position[index], column.type),
  }));
  const runs: (typeof columns)[] = [];
  for (const column of columns) {
    const run = runs.at(-1);
    if (run?.[0]?.direction === column.direction) run.push(column);
    else runs.push([column]);
  }
  // If the terms have different directions, this first bound lets an index scan on the leading columns find its start.
  return runs.reduceRight((rest, run) => {
    const left = `(${run.map(({ sql }) => sql).join(', ')})`;
    const right = `(${run.map(({ bound }) => bound).join(', ')})`;
    const sign = run[0]?.direction === 'descending' ? '<' : '>';
    if (rest === '') return `${left} ${sign} ${right}`;
    return `(${left} ${sign}= ${right} AND (${left} ${sign} ${right} OR ${rest}))`;
  }, '');
}

const systemColumns: Record<SystemField, { sql: string; type: string }> = {
  id: { sql: 'id', type: 'uuid' },
  version: { sql: 'version', type: 'bigint' },
  createdAt: { sql: 'created_at', type: 'timestamptz' },
  updatedAt: { sql: 'updated_at', type: 'timestamptz' },
};

function systemSql({ field, condition }: SystemComparison, params: unknown[]): string {
  const { sql, type } = systemColumns[field];
  if (condition.operator === '_in') return `(${sql} = ANY(${bind(params, condition.operand, `${type}[]`)}))`;
  return `(${sql} ${signs[condition.operator]} ${bind(params, condition.operand, type)})`;
}

// A negated `_in` compares the value with an array instead of testing containment: one lookup in a hash table is faster
// than a containment test for each value of the list.
function notSql(part: Filter, params: unknown[], searchSql: SearchSql): string {
  if (part.kind !== 'data' || part.condition.operator !== '_in' || part.condition.as)
    return `NOT ${filterSql(part, params, searchSql)}`;
  const list = bind(
    params,
    part.condition.operand.map((one) => JSON.stringify(one)),
    'jsonb[]',
  );
  return `NOT coalesce(${pathSql(part.path)} = ANY(${list}), FALSE)`;
}

/**
 * Whether a list is sorted by keys, that is, bytes whose order is the order of the list. Other sorts use several
 * columns, which are faster to compute.
 */
function isByKey(sort: Sort): boolean {
  const order = keyOrder(sort);
  return isOrderedByKey(order) || order.terms.some(({ term }) => term.as !== undefined);
}

/** Returns the key that `positionKey` returns for the position of a record. */
function keySql(sort: Sort): string {
  const { terms, id } = keyOrder(sort);
  const parts = terms.map(({ term }) => {
    const part = partSql(term);
    return directionIn(term, id.term.direction) === 'ascending' ? part : `haven.inverted_key(${part})`;
  });
  return `substr(${parts.join(' || ')}, 1, ${indexKeyBytes})`;
}

function partSql({ field, as }: SortTerm): string {
  if ('system' in field) {
    const { sql } = systemColumns[field.system];
    const number = field.system === 'version' ? sql : `extract(epoch FROM ${sql}) * 1000`;
    return `'\\x03'::bytea || haven.number_key((${number})::float8)`;
  }
  const value = pathSql(field.path);
  const plain = `haven.value_key(${value})`;
  if (!as) return plain;
  return `CASE jsonb_typeof(${value}) WHEN 'string' THEN haven.typed_text_key(${value} #>> '{}', '${as}') ELSE ${plain} END`;
}

interface Column {
  readonly sql: string;
  readonly type: string;
  readonly direction: SortTerm['direction'];
}

/** Returns the columns of a sort. Terms after the id do not matter. */
function columnsOf(sort: Sort): Column[] {
  const { terms, id } = keyOrder(sort);
  return [...terms, id].flatMap(({ term }) => columnsOfTerm(term));
}

function columnsOfTerm({ field, direction }: SortTerm): Column[] {
  if ('system' in field) return [{ ...systemColumns[field.system], direction }];
  const { rank, number, text } = sortKeySql(field.path);
  return [
    { sql: rank, type: 'smallint', direction },
    { sql: number, type: 'float8', direction },
    { sql: text, type: 'text', direction },
  ];
}
