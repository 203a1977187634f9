import { describe, expect, it } from 'vitest';

import type { JsonValue } from '@haven/kernel';

import { parseFilter } from './parse-filter.js';

const limits = { filterDepth: 3, filterOperators: 10, inLength: 5, patternLength: 8, sortFields: 5 };
const parse = (json: JsonValue) => parseFilter(json, limits);
const one = { kind: 'data', path: ['a'], condition: { operator: '_eq', operand: 1 } };

describe('a filter', () => {
  it('matches everything when it is empty', () => {
    expect(parse({})).toEqual({ kind: 'and', parts: [] });
  });

  it('reads a bare value, including an array, as _eq', () => {
    expect(parse({ a: 1 })).toEqual(one);
    expect(parse({ a: [1] })).toEqual(parse({ a: { _eq: [1] } }));
    expect(parse({ a: null })).toEqual(parse({ a: { _eq: null } }));
  });

  it('treats dots and nested objects alike', () => {
    expect(parse({ 'a.b': { c: { _gt: 1 } } })).toEqual(parse({ a: { 'b.c': { _gt: 1 } } }));
    expect(parse({ 'a\\.b': 1 })).toMatchObject({ path: ['a.b'] });
  });

  it('combines conditions side by side with and', () => {
    expect(parse({ a: { _gt: 1, _lt: 3, b: 1 } })).toMatchObject({
      kind: 'and',
      parts: [{}, {}, { path: ['a', 'b'] }],
    });
  });

  it('applies _and, _or and _not to the surrounding field', () => {
    expect(parse({ _or: [{ a: 1 }, { _not: { a: 1 } }] })).toEqual({
      kind: 'or',
      parts: [one, { kind: 'not', part: one }],
    });
    expect(parse({ x: { _and: [{ a: 1 }] } })).toEqual({ ...one, path: ['x', 'a'] });
    expect(parse({ a: { _or: [{ _eq: 1 }] } })).toEqual({ kind: 'or', parts: [one] });
    expect(parse({ $version: { _not: { _eq: 1 } } })).toEqual({ kind: 'not', part: parse({ $version: 1 }) });
  });

  it('reads _ne and _nin as negations', () => {
    expect(parse({ a: { _ne: 1 } })).toEqual({ kind: 'not', part: one });
    expect(parse({ a: { _nin: [] } })).toEqual({ kind: 'not', part: parse({ a: { _in: [] } }) });
  });

  it('reads an escaped operator or system field as a member name', () => {
    expect(parse({ '\\_eq': 1, '\\$id': 1 })).toMatchObject({ parts: [{ path: ['_eq'] }, { path: ['$id'] }] });
  });

  it('compares literally with objects that have members named like operators, with _eq and _ne', () => {
    expect(parse({ a: { _eq: { b: { _gt: 1 } } } })).toMatchObject({ condition: { operand: { b: { _gt: 1 } } } });
    expect(parse({ a: { _ne: { _in: [] } } })).toMatchObject({ part: { condition: { operand: { _in: [] } } } });
    expect(parse({ a: { _contains: { _nested: 1 } } })).toMatchObject({ condition: { operand: { _nested: 1 } } });
  });

  it('reads an object with a type as one operand', () => {
    const due = { kind: 'data', path: ['due'] };
    const $dateTime = '2026-01-01T00:00:00+02:00';
    const after = { operator: '_gt', operand: $dateTime, as: 'dateTime' };
    expect(parse({ due: { _gt: { $dateTime } } })).toEqual({ ...due, condition: after });
    expect(parse({ due: { $caseless: 'ÄÖ' } })).toEqual(parse({ due: { _eq: { $caseless: 'äö' } } }));
    expect(parse({ due: { _nin: [{ $caseless: 'A' }, 1, { $dateTime }, 2] } })).toEqual({
      kind: 'not',
      part: {
        kind: 'or',
        parts: [
          { ...due, condition: { operator: '_in', operand: [1, 2] } },
          { ...due, condition: { operator: '_in', operand: [$dateTime], as: 'dateTime' } },
          { ...due, condition: { operator: '_in', operand: ['a'], as: 'caseless' } },
        ],
      },
    });
    expect(parse({ $createdAt: { _lt: { $dateTime } } })).toEqual(parse({ $createdAt: { _lt: $dateTime } }));
  });

  it('compares with an object whose only member is named like a type', () => {
    const operandOf = (operand: JsonValue) => parse({ a: { _eq: operand } });
    expect(operandOf({ '\\$caseless': 'A' })).toMatchObject({ condition: { operand: { $caseless: 'A' } } });
    expect(operandOf({ '\\\\$caseless': 1 })).toMatchObject({ condition: { operand: { '\\$caseless': 1 } } });
    expect(operandOf({ $caseless: 'A', b: 1 })).toMatchObject({ condition: { operand: { $caseless: 'A', b: 1 } } });
    expect(operandOf({ b: { $caseless: 'A' } })).toMatchObject({ condition: { operand: { b: { $caseless: 'A' } } } });
    expect(parse({ a: { '\\$caseless': 'A' } })).toMatchObject({ path: ['a', '$caseless'] });
  });

  it('reads conditions on elements, whose paths start at the element', () => {
    const lines = { kind: 'elements', path: ['lines'] };
    const sku = { kind: 'data', path: ['sku'], condition: { operator: '_eq', operand: 'A' } };
    const itself = { kind: 'data', path: [], condition: { operator: '_gt', operand: 1 } };
    expect(parse({ lines: { _some: { sku: 'A' } } })).toEqual({ ...lines, quantifier: 'some', filter: sku });
    expect(parse({ lines: { _every: { _gt: 1 } } })).toEqual({ ...lines, quantifier: 'every', filter: itself });
    expect(parse({ lines: { _none: { sku: 'A' } } })).toEqual({
      kind: 'not',
      part: parse({ lines: { _some: { sku: 'A' } } }),
    });
    expect(parse({ lines: { _some: {} } })).toEqual({ ...lines, quantifier: 'some', filter: parse({}) });
    expect(parse({ lines: { _some: { _or: [{}, { _not: {} }] } } })).toMatchObject({ filter: { kind: 'or' } });
    expect(parse({ a: { _some: { _some: { _gt: 1 }, 'b.c': { _some: { sku: 'A' } } } } })).toMatchObject({
      path: ['a'],
      filter: {
        parts: [
          { path: [], filter: itself },
          { path: ['b', 'c'], filter: sku },
        ],
      },
    });
  });

  it('reads conditions on the size of an array', () => {
    const size = { kind: 'size', path: ['a'] };
    expect(parse({ a: { _size: 2 } })).toEqual({ ...size, condition: { operator: '_eq', operand: 2 } });
    expect(parse({ a: { _size: { _eq: 2 } } })).toEqual(parse({ a: { _size: 2.0 } }));
    expect(parse({ a: { _size: { _gte: 1, _nin: [3, 4] } } })).toEqual({
      kind: 'and',
      parts: [
        { ...size, condition: { operator: '_gte', operand: 1 } },
        { kind: 'not', part: { ...size, condition: { operator: '_in', operand: [3, 4] } } },
      ],
    });
  });

  it('normalizes values of system fields', () => {
    const id = '018F0000-0000-7000-8000-00000000000A';
    expect(parse({ $id: id })).toMatchObject({ field: 'id', condition: { operand: id.toLowerCase() } });
    expect(parse({ $createdAt: { _in: ['2024-02-29T01:30:00.1+01:30'] } })).toMatchObject({
      condition: { operand: ['2024-02-29T00:00:00.100Z'] },
    });
  });

  it.each<[JsonValue, string, string]>([
    [[], '', 'must be an object'],
    [{ a: {} }, '/a', 'must not be empty; to compare with {}, write {"_eq": {}}'],
    [{ a: { _not: {} } }, '/a/_not', 'must not be empty'],
    [{ year: { _gt: true } }, '/year/_gt', 'must be a number or a string'],
    [{ 'a/b~': { _regex: 'x' } }, '/a~1b~0/_regex', 'unknown operator "_regex" (_eq, _ne, _gt'],
    [{ _foo: 1 }, '/_foo', 'unknown operator'],
    [{ _eq: 1 }, '/_eq', 'must be inside a field'],
    [{ 'a._gt': 1 }, '/a._gt', 'must be a key of its own'],
    [{ 'a..b': 1 }, '/a..b', 'empty segment'],
    [{ $foo: 1 }, '/$foo', 'not a system field ($id, $version, $createdAt, $updatedAt)'],
    [{ a: { $id: 1 } }, '/a/$id', 'is a field of the record, not of its data'],
    [{ _or: {} }, '/_or', 'must be an array of filters'],
    [{ _or: [{}, 1] }, '/_or/1', 'must be an object'],
    [{ a: { _in: 1 } }, '/a/_in', 'must be an array'],
    [{ a: { _exists: null } }, '/a/_exists', 'must be true or false'],
    [{ a: { _startsWith: 1 } }, '/a/_startsWith', 'must be a string'],
    [{ a: { _like: 'a\\' } }, '/a/_like', 'single backslash'],
    [{ a: { _eq: [{ b: 'x\0' }] } }, '/a/_eq/0/b', 'U+0000'],
    [{ a: { _eq: { '\ud800': 1 } } }, '/a/_eq', 'member name'],
    [{ a: { _contains: { qty: { _gt: 5 } } } }, '/a/_contains/qty/_gt', '"_gt" is an operator'],
    [{ a: { _contains: [{ _eq: 5 }] } }, '/a/_contains/0/_eq', 'use _eq'],
    [{ a: { _in: [1, { _gte: 5 }] } }, '/a/_in/1/_gte', 'the operand of _in is compared as it is'],
    [{ a: { _nin: [{ b: { _and: [] } }] } }, '/a/_nin/0/b/_and', 'is an operator'],
    [{ a: { _gt: { $dateTime: '2024-02-30T00:00:00Z' } } }, '/a/_gt/$dateTime', 'must be an RFC 3339 date-time'],
    [{ a: { $dateTime: 5 } }, '/a/$dateTime', 'must be an RFC 3339 date-time'],
    [{ a: { _in: [1, { $caseless: null }] } }, '/a/_in/1/$caseless', 'must be a string'],
    [{ a: { $caseless: 'x\0' } }, '/a', 'U+0000'],
    [{ a: { $caseless: 'x', _gt: 'y' } }, '/a', 'must not have other members beside `$caseless`'],
    [{ a: { _startsWith: { $dateTime: '2024-02-29T00:00:00Z' } } }, '/a/_startsWith', 'does not support'],
    [{ a: { _like: { $caseless: 'x' } } }, '/a/_like', 'use _ilike'],
    [{ a: { _exists: { $caseless: 'x' } } }, '/a/_exists', 'does not support'],
    [{ a: { _contains: [{ $caseless: 'x' }] } }, '/a/_contains/0/$caseless', 'is compared as it is'],
    [{ a: { _in: [{ b: { $caseless: 'x' } }] } }, '/a/_in/0/b/$caseless', 'is compared as it is'],
    [{ $id: { _eq: { $caseless: 'x' } } }, '/$id/_eq', 'must be a UUID'],
    [{ $caseless: 'x' }, '/$caseless', 'is not a system field'],
    [{ _some: { a: 1 } }, '/_some', '_some must be inside a field'],
    [{ $id: { _size: 1 } }, '/$id/_size', '_size is not an operator of $id'],
    [{ $id: { _some: {} } }, '/$id/_some', '_some is not an operator of $id'],
    [{ a: { _some: 'x' } }, '/a/_some', 'must be a filter on the elements, such as {"name": "x"} or {"_eq": "x"}'],
    [{ a: { _every: [1] } }, '/a/_every', 'must be a filter on the elements'],
    [{ a: { _none: { $caseless: 'x' } } }, '/a/_none', 'must be a filter on the elements'],
    [{ a: { _some: { b: {} } } }, '/a/_some/b', 'must not be empty'],
    [{ a: { _some: { $id: 'x' } } }, '/a/_some/$id', 'is a field of the record, not of its data'],
    [
      { a: { _some: { b: { _some: { c: { _gt: null } } } } } },
      '/a/_some/b/_some/c/_gt',
      'must be a number or a string',
    ],
    [{ a: { _some: { 'b._size': 1 } } }, '/a/_some/b._size', 'must be a key of its own'],
    [{ a: { _size: '1' } }, '/a/_size', 'must be a whole number that is not negative'],
    [{ a: { _size: 1.5 } }, '/a/_size', 'must be a whole number that is not negative'],
    [{ a: { _size: -1 } }, '/a/_size', 'must be a whole number that is not negative'],
    [{ a: { _size: 2 ** 53 } }, '/a/_size', 'must be a whole number that is not negative'],
    [{ a: { _size: null } }, '/a/_size', 'must be a whole number that is not negative'],
    [{ a: { _size: {} } }, '/a/_size', 'must not be empty'],
    [{ a: { _size: { _gt: '1' } } }, '/a/_size/_gt', 'must be a whole number'],
    [{ a: { _size: { _in: 1 } } }, '/a/_size/_in', 'must be an array'],
    [{ a: { _size: { _nin: [1, -1] } } }, '/a/_size/_nin/1', 'must be a whole number'],
    [{ a: { _size: { _exists: true } } }, '/a/_size/_exists', '"_exists" is not an operator of a size (_eq, _ne, _gt'],
    [{ a: { _size: { b: 1 } } }, '/a/_size/b', '"b" is not an operator of a size'],
    [{ a: { _size: { _not: { _eq: 1 } } } }, '/a/_size/_not', '"_not" is not an operator of a size'],
    [{ a: { _contains: { b: { _some: {} } } } }, '/a/_contains/b/_some', 'for conditions on elements, use _some'],
    [{ $id: 'x' }, '/$id', 'must be a UUID'],
    [{ $id: { x: 1 } }, '/$id/x', '$id has no members'],
    [{ $id: { _like: 'x' } }, '/$id/_like', '_like is not an operator of $id'],
    [{ $version: { _in: [1, 1.5] } }, '/$version/_in/1', 'must be an integer'],
    [{ $createdAt: { _gt: '2024-02-30T00:00:00Z' } }, '/$createdAt/_gt', 'must be an RFC 3339 date-time'],
  ])('%j is refused at %s', (json, pointer, detail) => {
    expect(() => parse(json)).toThrow(
      expect.objectContaining({
        code: 'FILTER_INVALID',
        extras: { errors: [{ code: 'FILTER_INVALID', pointer, detail: expect.stringContaining(detail) }] },
      }),
    );
  });

  const nested = (depth: number): JsonValue => (depth === 0 ? { a: 1 } : { _not: nested(depth - 1) });
  const inElements = (depth: number): JsonValue => (depth === 0 ? { _eq: 1 } : { _some: inElements(depth - 1) });

  it.each<[string, JsonValue, JsonValue, string]>([
    ['limits.filterDepth', nested(3), nested(4), '/_not/_not/_not/_not'],
    ['limits.filterDepth', { a: inElements(3) }, { a: inElements(4) }, '/a/_some/_some/_some/_some'],
    [
      'limits.filterDepth',
      { _not: { _not: { a: { _none: {} } } } },
      { _not: { _not: { a: inElements(2) } } },
      '/_not/_not/a/_some/_some',
    ],
    [
      'limits.filterOperators',
      { a: { _size: { _gt: 1 } }, _and: Array(7).fill({ a: 1 }) },
      { _and: Array(8).fill({ a: 1 }), a: { _size: { _gt: 1 } } },
      '/a/_size/_gt',
    ],
    [
      'limits.filterOperators',
      { a: { _some: { _and: Array(8).fill({ b: 1 }) } } },
      { a: { _some: { _and: Array(9).fill({ b: 1 }) } } },
      '/a/_some/_and/8/b',
    ],
    [
      'limits.inLength',
      { a: { _size: { _in: [1, 2] } }, b: { _in: [1, 2, 3] } },
      { b: { _in: [1, 2, 3] }, a: { _size: { _nin: [1, 2, 3] } } },
      '/a/_size/_nin',
    ],
    ['limits.filterOperators', { _or: Array(9).fill({ a: 1 }) }, { _or: Array(10).fill({ a: 1 }) }, '/_or/9/a'],
    ['limits.filterOperators', { _or: Array(9).fill({}) }, { _or: Array(10).fill({}) }, '/_or/9'],
    ['limits.inLength', { a: { _in: [1, 2, 3, 4, 5] } }, { a: { _nin: [1, 2, 3, 4, 5, 6] } }, '/a/_nin'],
    ['limits.inLength', { $version: { _in: [1, 2] } }, { a: { _in: [1, 2, 3] }, b: { _in: [4, 5, 6] } }, '/b/_in'],
    ['limits.inLength', { a: { _contains: [1, [2, 3]] } }, { a: { _contains: [1, [2, [3], 4]] } }, '/a/_contains'],
    ['limits.patternLength', { a: { _like: '😀'.repeat(8) } }, { a: { _like: 'x'.repeat(9) } }, '/a/_like'],
  ])('stays within %s', (name, within, beyond, pointer) => {
    expect(() => parse(within)).not.toThrow();
    expect(() => parse(beyond)).toThrow(
      expect.objectContaining({
        code: 'LIMIT_EXCEEDED',
        extras: { errors: [expect.objectContaining({ pointer, detail: expect.stringContaining(name) })] },
      }),
    );
  });

  it('allows at most ten wildcards % in a pattern, not counting escaped ones', () => {
    const pattern = (text: string) => parseFilter({ a: { _ilike: text } }, { ...limits, patternLength: 99 });
    expect(() => pattern(`${'%'.repeat(10)}\\%\\\\`)).not.toThrow();
    expect(() => pattern('%'.repeat(11))).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }));
  });
});
