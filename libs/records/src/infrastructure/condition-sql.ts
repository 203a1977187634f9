import type { JsonValue } from '@haven/kernel';
import { afterPrefix, codePointLength, firstCodePoints, asciiLowerCase, sortKeyCharacters } from '@haven/query';
import type { Condition, Ordering, FieldPath } from '@haven/query';

import { pathSql, sortKeySql } from './sort-functions.js';
import { bind, joined, signs } from './sql-text.js';

/** A condition on a member, but for what {@link typeSql} adds. */
export function conditionSql(path: FieldPath, condition: Condition, params: unknown[]): string {
  const { operator, operand } = condition;
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
      return rankSql(path, operand ? '>=' : '<', 1);
    case '_isNull':
      return rankSql(path, operand ? '<' : '>=', 2);
    case '_startsWith':
      return prefixSql(path, operand, params);
    case '_like':
      return likeSql(path, textSql(path), bind(params, operand, 'text'));
    case '_ilike':
      return likeSql(path, `lower(${textSql(path)})`, bind(params, asciiLowerCase(operand), 'text'));
    default:
      return orderingSql(path, operator, operand, params);
  }
}

/** Where the operand's type ends, on the side that an ordering leaves open; apart, because it has to stand behind tighter bounds. */
export function typeSql(path: FieldPath, { operator, operand }: Condition): string[] {
  const rank = typeof operand === 'number' ? 3 : 4;
  if (operator === '_lt' || operator === '_lte') return [rankSql(path, '>=', rank)];
  return operator === '_gt' || operator === '_gte' || operator === '_startsWith' ? [rankSql(path, '<', rank + 1)] : [];
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

// A bound is a comparison of rows, like a cursor's place: an index scan can start at either. Of `rank = 3 AND number > 5` it
// would take the equality and read on from there to the place, however far that is.
function orderingSql(path: FieldPath, operator: Ordering, operand: number | string, params: unknown[]): string {
  const { rank, number } = sortKeySql(path);
  const sign = signs[operator];
  if (typeof operand === 'number') return `((${rank}, ${number}) ${sign} (3, ${bind(params, operand, 'float8')}))`;
  const key = stringKeySql(path);
  if (codePointLength(operand) < sortKeyCharacters) return `(${key} ${sign} (4, 0, ${bind(params, operand, 'text')}))`;
  const start = bind(params, firstCodePoints(operand, sortKeyCharacters), 'text');
  return `(${key} ${sign[0]}= (4, 0, ${start}) AND ${textSql(path)} ${sign} ${bind(params, operand, 'text')})`;
}

function prefixSql(path: FieldPath, operand: string, params: unknown[]): string {
  const key = stringKeySql(path);
  const start = firstCodePoints(operand, sortKeyCharacters);
  const end = afterPrefix(start);
  const tests = [`${key} >= (4, 0, ${bind(params, start, 'text')})`];
  if (end !== null) tests.push(`${key} < (4, 0, ${bind(params, end, 'text')})`);
  if (start !== operand) tests.push(`starts_with(${textSql(path)}, ${bind(params, operand, 'text')})`);
  return `(${tests.join(' AND ')})`;
}

// No index serves a pattern, and one on the member must not tempt the planner to fetch every row through it.
function likeSql(path: FieldPath, text: string, pattern: string): string {
  return `coalesce(jsonb_typeof(${pathSql(path)}) = 'string' AND ${text} LIKE ${pattern}, FALSE)`;
}

function rankSql(path: FieldPath, sign: '<' | '>=', least: number): string {
  const { rank, number } = sortKeySql(path);
  return `((${rank}, ${number}) ${sign} (${least}, '-Infinity'::float8))`;
}

function stringKeySql(path: FieldPath): string {
  const { rank, number, text } = sortKeySql(path);
  return `(${rank}, ${number}, ${text})`;
}

function textSql(path: FieldPath): string {
  return `(${pathSql(path)} #>> '{}') COLLATE "C"`;
}

function wrapped(path: FieldPath, value: JsonValue): JsonValue {
  return path.reduceRight<JsonValue>((inner, name) => ({ [name]: inner }), value);
}
