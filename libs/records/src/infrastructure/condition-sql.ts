import type { JsonValue } from '@haven/kernel';
import { afterPrefix, codePointLength, firstCodePoints, foldCase, parseInstant, sortKeyCharacters } from '@haven/query';
import type { Condition, Ordering, FieldPath, TypedCondition } from '@haven/query';

import { containedIn, documentWith } from './containment-sql.js';
import { pathSql, sortKeySql } from './sort-functions.js';
import { bind, joined, signs } from './sql-text.js';

/**
 * Returns the SQL of a condition on a member, which is tested on each record that an index has found. Indexes are
 * searched by other conditions: `entries-sql.ts` and `containment-sql.ts`.
 */
export function conditionSql(path: FieldPath, condition: Condition, params: unknown[]): string {
  if (condition.as) return typedSql(path, condition, params);
  const { operator, operand } = condition;
  switch (operator) {
    case '_eq':
      return equalsSql(path, operand, params);
    case '_in':
      if (path.length === 0)
        return `(data = ANY(${bind(
          params,
          operand.map((one) => JSON.stringify(one)),
          'jsonb[]',
        )}))`;
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
      return likeSql(path, `haven.fold_case(${textSql(path)})`, bind(params, foldCase(operand), 'text'));
    default:
      return orderingSql(path, operator, operand, params);
  }
}

// For scalars, containment is equality, and the planner has statistics about it. For arrays and objects, containment is
// weaker, so equality is tested too. An element of an array is compared itself, because an array contains the scalars
// that are its elements.
function equalsSql(path: FieldPath, operand: JsonValue, params: unknown[]): string {
  if (path.length === 0) return `(data = ${bind(params, JSON.stringify(operand), 'jsonb')})`;
  const wanted = bind(params, JSON.stringify(documentWith(path, operand)), 'jsonb');
  const contained = `data @> ${wanted}`;
  if (typeof operand !== 'object' || operand === null) return `(${contained})`;
  return `(${contained} AND ${pathSql(path)} = ${pathSql(path, wanted)})`;
}

function containsSql(path: FieldPath, operand: JsonValue, params: unknown[]): string {
  const contained = containedIn(path, operand).map(
    (document) => `data @> ${bind(params, JSON.stringify(document), 'jsonb')}`,
  );
  return `(${contained.join(' OR ')})`;
}

// `_gt: 5` alone has no upper bound, so another one excludes the types that sort after numbers.
function orderingSql(path: FieldPath, operator: Ordering, operand: number | string, params: unknown[]): string {
  const type = typeof operand === 'number' ? 3 : 4;
  const isLower = operator === '_gt' || operator === '_gte';
  const ofType = isLower ? rankSql(path, '<', type + 1) : rankSql(path, '>=', type);
  return `(${boundSql(path, operator, operand, params)} AND ${ofType})`;
}

function boundSql(path: FieldPath, operator: Ordering, operand: number | string, params: unknown[]): string {
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
  const tests = [`${key} >= (4, 0, ${bind(params, start, 'text')})`, rankSql(path, '<', 5)];
  if (end !== null) tests.push(`${key} < (4, 0, ${bind(params, end, 'text')})`);
  if (start !== operand) tests.push(`starts_with(${textSql(path)}, ${bind(params, operand, 'text')})`);
  return `(${tests.join(' AND ')})`;
}

function likeSql(path: FieldPath, text: string, pattern: string): string {
  return ofStrings(path, `${text} LIKE ${pattern}`);
}

function ofStrings(path: FieldPath, test: string): string {
  return `coalesce(jsonb_typeof(${pathSql(path)}) = 'string' AND ${test}, FALSE)`;
}

function typedSql(path: FieldPath, condition: TypedCondition, params: unknown[]): string {
  return ofStrings(
    path,
    condition.as === 'caseless' ? caselessSql(path, condition, params) : instantSql(path, condition, params),
  );
}

function caselessSql(path: FieldPath, { operator, operand }: TypedCondition, params: unknown[]): string {
  const text = `haven.fold_case(${textSql(path)}) COLLATE "C"`;
  switch (operator) {
    case '_in':
      return `${text} = ANY(${bind(params, operand, 'text[]')})`;
    case '_startsWith':
      return `starts_with(${text}, ${bind(params, operand, 'text')})`;
    default:
      return `${text} ${signs[operator]} ${bind(params, operand, 'text')}`;
  }
}

// `haven.instant` returns an array, because arrays are compared element by element: seconds, then nanoseconds. It is
// NULL for other strings.
function instantSql(path: FieldPath, { operator, operand }: TypedCondition, params: unknown[]): string {
  const instant = `haven.instant(${textSql(path)})`;
  const instants = [operand].flat().flatMap((text) => parseInstant(text) ?? []);
  const seconds = bind(
    params,
    instants.map((one) => one.seconds),
    'float8[]',
  );
  const nanos = bind(
    params,
    instants.map((one) => one.nanos),
    'float8[]',
  );
  const listed = `SELECT ARRAY[seconds, nanos] FROM unnest(${seconds}, ${nanos}) AS listed (seconds, nanos)`;
  return operator === '_in' || operator === '_startsWith'
    ? `${instant} = ANY (${listed})`
    : `${instant} ${signs[operator]} (${listed})`;
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
