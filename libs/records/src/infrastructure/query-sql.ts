import type { JsonValue } from '@haven/kernel';

import { afterPrefix, codePointLength, firstCodePoints } from '../domain/query/code-points.js';
import type { Condition, Filter, Ordering, SystemComparison } from '../domain/query/filter.js';
import { asciiLowerCase } from '../domain/query/like-pattern.js';
import type { FieldPath, SystemField } from '../domain/query/path.js';
import type { Position } from '../domain/query/position.js';
import { sortKeyCharacters } from '../domain/query/sort-key.js';
import type { Sort, SortTerm } from '../domain/query/sort.js';
import { pathSql, sortKeySql } from './sort-functions.js';

/**
 * The filter as a condition on the columns `id version created_at updated_at data`, none of them NULL; itself never NULL.
 * Appends its operands to `params`, whose length numbers the placeholders. Needs a UTF-8 database and `SORT_FUNCTIONS`.
 */
export function filterSql(filter: Filter, params: unknown[]): string {
  switch (filter.kind) {
    case 'and':
      return joined(
        filter.parts.map((part) => filterSql(part, params)),
        'AND',
        'TRUE',
      );
    case 'or':
      return joined(
        filter.parts.map((part) => filterSql(part, params)),
        'OR',
        'FALSE',
      );
    case 'not':
      return notSql(filter.part, params);
    case 'data':
      return conditionSql(filter.path, filter.condition, params);
    case 'system':
      return systemSql(filter, params);
  }
}

/** The sort as what follows ORDER BY. */
export function orderBySql(sort: Sort): string {
  return columnsOf(sort)
    .map(({ sql, direction }) => `${sql} ${direction === 'ascending' ? 'ASC' : 'DESC'}`)
    .join(', ');
}

/**
 * The condition that a row comes after the position in the sort. For the rows before it, ask for those after it in the
 * `reversed` sort, and turn them around. Appends to `params` like `filterSql`.
 */
export function keysetSql(sort: Sort, position: Position, params: unknown[]): string {
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
  // The first bound alone lets an index on the leading columns find where to start when directions are mixed.
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

const signs: Record<Ordering | '_eq', string> = { _eq: '=', _gt: '>', _gte: '>=', _lt: '<', _lte: '<=' };

function systemSql({ field, condition }: SystemComparison, params: unknown[]): string {
  const { sql, type } = systemColumns[field];
  if (condition.operator === '_in') return `(${sql} = ANY(${bind(params, condition.operand, `${type}[]`)}))`;
  return `(${sql} ${signs[condition.operator]} ${bind(params, condition.operand, type)})`;
}

function conditionSql(path: FieldPath, condition: Condition, params: unknown[]): string {
  const { operator, operand } = condition;
  const { rank } = sortKeySql(path);
  switch (operator) {
    case '_eq':
      return equalsSql(path, operand, params);
    case '_in':
      return joined(
        operand.map((one) => equalsSql(path, one, params)),
        'OR',
        'FALSE',
      );
    case '_contains':
      return containsSql(path, operand, params);
    case '_exists':
      return `(${rank} ${operand ? '>' : '='} 0)`;
    case '_isNull':
      return `(${rank} ${operand ? '<=' : '>'} 1)`;
    case '_startsWith':
      return prefixSql(path, operand, params);
    case '_like':
      return `(${rank} = 4 AND ${textSql(path)} LIKE ${bind(params, operand, 'text')})`;
    case '_ilike':
      return `(${rank} = 4 AND lower(${textSql(path)}) LIKE ${bind(params, asciiLowerCase(operand), 'text')})`;
    default:
      return orderingSql(path, operator, operand, params);
  }
}

// No index serves a negation, and one lookup in a hash table of the list beats a containment test for each of its values.
function notSql(part: Filter, params: unknown[]): string {
  if (part.kind !== 'data' || part.condition.operator !== '_in') return `NOT ${filterSql(part, params)}`;
  const list = bind(
    params,
    part.condition.operand.map((one) => JSON.stringify(one)),
    'jsonb[]',
  );
  return `NOT coalesce(${pathSql(part.path)} = ANY(${list}), FALSE)`;
}

// Containment is what a GIN index serves; it says less than equality of arrays and objects, hence the second test.
function equalsSql(path: FieldPath, operand: JsonValue, params: unknown[]): string {
  const wanted = bind(params, JSON.stringify(wrapped(path, operand)), 'jsonb');
  const contained = `data @> ${wanted}`;
  if (typeof operand !== 'object' || operand === null) return `(${contained})`;
  return `(${contained} AND ${pathSql(path)} = ${pathSql(path, wanted)})`;
}

function containsSql(path: FieldPath, operand: JsonValue, params: unknown[]): string {
  const contained = (value: JsonValue) => `data @> ${bind(params, JSON.stringify(wrapped(path, value)), 'jsonb')}`;
  if (Array.isArray(operand)) return `(${contained(operand)})`;
  if (typeof operand !== 'object' || operand === null) return `(${contained([operand])})`;
  return `(${contained(operand)} OR ${contained([operand])})`;
}

function orderingSql(path: FieldPath, operator: Ordering, operand: number | string, params: unknown[]): string {
  const { rank, number, text } = sortKeySql(path);
  const sign = signs[operator];
  if (typeof operand === 'number') return `(${rank} = 3 AND ${number} ${sign} ${bind(params, operand, 'float8')})`;
  const string = `${rank} = 4 AND ${number} = 0`;
  if (codePointLength(operand) < sortKeyCharacters) {
    return `(${string} AND ${text} ${sign} ${bind(params, operand, 'text')})`;
  }
  const start = bind(params, firstCodePoints(operand, sortKeyCharacters), 'text');
  return `(${string} AND ${text} ${sign[0]}= ${start} AND ${textSql(path)} ${sign} ${bind(params, operand, 'text')})`;
}

function prefixSql(path: FieldPath, operand: string, params: unknown[]): string {
  const { rank, number, text } = sortKeySql(path);
  const start = firstCodePoints(operand, sortKeyCharacters);
  const end = afterPrefix(start);
  const tests = [`${rank} = 4`, `${number} = 0`, `${text} >= ${bind(params, start, 'text')}`];
  if (end !== null) tests.push(`${text} < ${bind(params, end, 'text')}`);
  if (start !== operand) tests.push(`starts_with(${textSql(path)}, ${bind(params, operand, 'text')})`);
  return `(${tests.join(' AND ')})`;
}

interface Column {
  readonly sql: string;
  readonly type: string;
  readonly direction: SortTerm['direction'];
}

function columnsOf(sort: Sort): Column[] {
  return sort.flatMap(({ field, direction }) => {
    if ('system' in field) return [{ ...systemColumns[field.system], direction }];
    const { rank, number, text } = sortKeySql(field.path);
    return [
      { sql: rank, type: 'smallint', direction },
      { sql: number, type: 'float8', direction },
      { sql: text, type: 'text', direction },
    ];
  });
}

function textSql(path: FieldPath): string {
  return `(${pathSql(path)} #>> '{}') COLLATE "C"`;
}

function wrapped(path: FieldPath, value: JsonValue): JsonValue {
  return path.reduceRight<JsonValue>((inner, name) => ({ [name]: inner }), value);
}

function joined(parts: string[], word: 'AND' | 'OR', none: 'TRUE' | 'FALSE'): string {
  return parts.length === 0 ? none : `(${parts.join(` ${word} `)})`;
}

function bind(params: unknown[], value: unknown, type: string): string {
  params.push(value);
  return `$${params.length}::${type}`;
}
