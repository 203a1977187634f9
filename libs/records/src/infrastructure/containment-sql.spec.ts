import { describe, expect, it } from 'vitest';

import type { JsonValue } from '@haven/kernel';
import { parseFilter } from '@haven/query';

import { containmentSql } from './containment-sql.js';

const limits = { filterDepth: 10, filterOperators: 100, inLength: 500, patternLength: 256, sortFields: 5 };

/** Returns the documents that a match contains, as the SQL combines them; null if the index finds no matches. */
function contained(filter: JsonValue): string | null {
  const params: unknown[] = [];
  const sql = containmentSql(parseFilter(filter, limits), 7, params);
  return (
    sql && sql.replaceAll(/scoped_data @> .*?, \$(\d+)::jsonb\)/g, (_, place) => String(params[Number(place) - 1]))
  );
}

describe('the documents by which the index of all documents finds matches', () => {
  it.each<[JsonValue, string]>([
    [{ 'a.b': 1 }, '{"a":{"b":1}}'],
    [{ a: { _contains: [1, 2] } }, '{"a":[1,2]}'],
    [{ a: { _some: { _eq: 'x' } } }, '{"a":["x"]}'],
    [{ a: { _some: { _in: ['x', [1]] } } }, '({"a":["x"]} OR {"a":[[1]]})'],
    [{ a: { _some: { b: 1, c: { _gt: 2 }, d: 3 } } }, '({"a":[{"b":1}]} AND {"a":[{"d":3}]})'],
    [{ 'a.b': { _some: { c: { _some: { d: null } } } } }, '{"a":{"b":[{"c":[{"d":null}]}]}}'],
    [{ a: { _some: { _some: { _contains: 1 } } } }, '{"a":[[[1]]]}'],
    [{ a: { _some: { _or: [{ b: 1 }, { c: { _contains: 2 } }] } } }, '({"a":[{"b":1}]} OR {"a":[{"c":[2]}]})'],
    [{ a: { _some: { _eq: {} } }, b: 1 }, '{"b":1}'],
  ])('of %j are %s', (filter, documents) => expect(contained(filter)).toBe(documents));

  it.each<[JsonValue]>([
    [{ a: { _some: { b: { _gt: 1 } } } }],
    [{ a: { _some: {} } }],
    [{ a: { _some: { _not: { b: 1 } } } }],
    [{ a: { _some: { _eq: { $caseless: 'x' } } } }],
    [{ a: { _every: { b: 1 } } }],
    [{ a: { _none: { b: 1 } } }],
    [{ a: { _size: 1 } }],
    [{ a: { _eq: {} } }],
    [{ a: { _contains: [[], {}] } }],
    [{ a: { _in: [1, { b: [] }] } }],
  ])('do not exist for %j', (filter) => expect(contained(filter)).toBeNull());
});
