import { expect, it } from 'vitest';

import { MemberDefaults } from './member-defaults.js';

let next = 0;
const source = { now: '2026-11-29T16:00:00.000Z', principal: 'key:one', uuid: () => `uuid-${next++}` };

const complete = (properties: object, data: object) => {
  next = 0;
  const schema = JSON.parse(JSON.stringify({ properties }));
  return MemberDefaults.of(schema)?.complete(JSON.parse(JSON.stringify(data)), source);
};
const member = (value: unknown, rest: object = {}) => ({ 'x-haven-default': value, ...rest });

it.each([
  ['a literal', { a: member(1) }, {}, { a: 1 }],
  ['null', { a: member(null) }, {}, { a: null }],
  ['an object', { a: member({ b: [1] }) }, {}, { a: { b: [1] } }],
  ['the time', { a: member('$now') }, {}, { a: source.now }],
  ['an id', { a: member('$uuid'), b: member('$uuid') }, {}, { a: 'uuid-0', b: 'uuid-1' }],
  ['the caller', { a: member('$principal') }, {}, { a: 'key:one' }],
  ['nothing if the member is there', { a: member(1) }, { a: 2 }, { a: 2 }],
  ['nothing if the member is null', { a: member(1) }, { a: null }, { a: null }],
  ['nothing for an unknown generated value', { a: member('$other'), b: member(1) }, {}, { b: 1 }],
  ['members of objects that are there', { a: { properties: { b: member(1) } } }, { a: {} }, { a: { b: 1 } }],
  ['no object for its members', { a: { properties: { b: member(1) } } }, {}, {}],
  ['no member of another value', { a: { properties: { b: member(1) } } }, { a: [1] }, { a: [1] }],
  [
    'members of an object by default',
    { a: member({ c: 0 }, { properties: { b: member('$now') } }) },
    {},
    { a: { c: 0, b: source.now } },
  ],
  [
    'a member named like one of Object',
    { constructor: member(1), toString: member(2) },
    {},
    { constructor: 1, toString: 2 },
  ],
])('adds %s', (_, properties, data, expected) => {
  expect(complete(properties, data)?.data).toEqual(expected);
});

it('names the generated members by their paths', () => {
  const properties = { a: member({}, { properties: { at: member('$now') } }), by: member('$principal'), c: member(1) };
  expect(complete(properties, {})?.generated).toEqual([
    { path: ['a', 'at'], from: '$now' },
    { path: ['by'], from: '$principal' },
  ]);
});

it('changes neither the document nor the declared literal', () => {
  const schema = {
    properties: { a: { 'x-haven-default': { list: [1] } }, b: { properties: { c: { 'x-haven-default': 1 } } } },
  };
  const defaults = MemberDefaults.of(schema);
  const given = Object.freeze({ b: Object.freeze({}) });
  const first = defaults?.complete(given as never, source).data;
  (first?.['a'] as { list: number[] }).list.push(2);
  expect(defaults?.complete({}, source).data).toEqual({ a: { list: [1] } });
  expect(given).toEqual({ b: {} });
});

it('returns the document itself if nothing is absent', () => {
  const schema = { properties: { a: { 'x-haven-default': 1 } } };
  const data = { a: 2 };
  expect(MemberDefaults.of(schema)?.complete(data, source).data).toBe(data);
});

it('finds no defaults in a schema without any, and only plain members', () => {
  expect(MemberDefaults.of({ properties: { a: { type: 'string', default: 1 } } })).toBeNull();
  expect(MemberDefaults.of({ allOf: [{ properties: { a: { 'x-haven-default': 1 } } }] })).toBeNull();
  expect(MemberDefaults.of({ properties: { a: true } })).toBeNull();
});

it('knows how much longer it can make a document', () => {
  const properties = { a: member('x'.repeat(100)), b: { properties: { c: member([1, 2, 3]) } } };
  const defaults = MemberDefaults.of(JSON.parse(JSON.stringify({ properties })));
  expect(defaults?.length).toBeGreaterThanOrEqual(100 + '[1,2,3]'.length);
  expect(defaults?.length).toBeLessThan(130);
});

it('says whether a default needs the time of the event', () => {
  const usesTime = (properties: object) => MemberDefaults.of(JSON.parse(JSON.stringify({ properties })))?.usesTime;
  expect(usesTime({ a: member('$uuid') })).toBe(false);
  expect(usesTime({ a: { properties: { b: member('$now') } } })).toBe(true);
});
