import { describe, expect, it } from 'vitest';

import type { JsonValue } from '@haven/kernel';

import { queryFingerprint } from './fingerprint.js';
import type { Moment } from './moment.js';
import { parseFilter } from './parse-filter.js';
import { parseSort } from './sort.js';

const limits = { filterDepth: 10, filterOperators: 100, inLength: 500, patternLength: 256, sortFields: 5 };
const fingerprint = (filter: JsonValue, sort?: string | string[], moment?: Moment) =>
  queryFingerprint(parseFilter(filter, limits), parseSort(sort, limits), moment);

describe('the fingerprint of a query', () => {
  it('does not depend on how the query is written', () => {
    expect(fingerprint({ 'a.b': { _eq: { x: 1, y: -0 } }, c: 1 })).toBe(
      fingerprint({ c: { _eq: 1 }, a: { b: { _eq: { y: 0, x: 1 } } } }),
    );
    expect(fingerprint({}, 'a,$id')).toBe(fingerprint({}, 'a'));
    expect(fingerprint({ a: { b: { _some: { c: 1, d: { _eq: 2 } } }, _size: { _eq: 2 } } })).toBe(
      fingerprint({ a: { _size: 2 }, 'a.b': { _some: { d: 2, c: 1 } } }),
    );
    expect(fingerprint({}, '[{"caseless":true,"path":"-a"},"b"]')).toBe(
      fingerprint({}, ['{"path":"-a","caseless":true,"type":null}', 'b']),
    );
    expect(fingerprint({ a: { $caseless: 'A' }, b: { _in: [{ $dateTime: '2024-01-01T00:00:00Z' }] } })).toBe(
      fingerprint({ a: { $caseless: 'a' }, b: { _in: [{ $dateTime: '2024-01-01T01:00:00.0+01:00' }] } }),
    );
  });

  it('differs for queries with different meanings', () => {
    const queries = [
      fingerprint({}),
      fingerprint({}, 'a'),
      fingerprint({}, undefined, { time: '2026-11-25T10:00:00.000Z' }),
      fingerprint({}, undefined, { seq: 1 }),
      fingerprint({}, undefined, { seq: 11 }),
      fingerprint({ a: 1 }),
      fingerprint({ a: '1' }),
      fingerprint({ '\\$id': id }),
      fingerprint({ $id: id }),
      fingerprint({ 'a.b': 1 }),
      fingerprint({ 'a\\.b': 1 }),
      fingerprint({ _or: [{ a: 1 }, { b: 1 }] }),
      fingerprint({ a: 1, b: 1 }),
      fingerprint({ a: { _ne: 1 } }),
      fingerprint({ a: [1, 2] }),
      fingerprint({ a: { _in: [1, 2] } }),
      fingerprint({ a: 'a' }),
      fingerprint({ a: { $caseless: 'a' } }),
      fingerprint({ a: { _eq: { '\\$caseless': 'a' } } }),
      fingerprint({ a: { $caseless: '2024-01-01t00:00:00z' } }),
      fingerprint({ a: { $dateTime: '2024-01-01T00:00:00Z' } }),
      fingerprint({ a: { _some: { b: 1 } } }),
      fingerprint({ a: { _some: { b: { _some: { _eq: 1 } } } } }),
      fingerprint({ a: { _some: { _some: { b: 1 } } } }),
      fingerprint({ 'a.b': { _some: { _eq: 1 } } }),
      fingerprint({ a: { _some: { _eq: 1 } } }),
      fingerprint({ a: { _some: {} } }),
      fingerprint({ a: { _every: { b: 1 } } }),
      fingerprint({ a: { _none: { b: 1 } } }),
      fingerprint({ a: { _size: 1 } }),
      fingerprint({ a: { _size: { _in: [1] } } }),
      fingerprint({}, ['{"path":"a","caseless":true}']),
      fingerprint({}, ['{"path":"a","type":"dateTime"}']),
      fingerprint({}, ['{"path":"-a","type":"dateTime"}']),
    ];
    expect(new Set(queries).size).toBe(queries.length);
  });
});

const id = '018f0000-0000-7000-8000-00000000000a';
