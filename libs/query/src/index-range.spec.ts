import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { isJsonObject } from '@haven/kernel';
import type { JsonObject, JsonValue } from '@haven/kernel';

import { compareRecords, matchesFilter } from './evaluate.js';
import type { IndexDefinition, IndexMember, ValueType } from './index-definition.js';
import { indexKey, keyPart } from './index-key.js';
import { indexOrder } from './index-order.js';
import { indexRanges } from './index-range.js';
import type { IndexRanges } from './index-range.js';
import { parseFilter } from './parse-filter.js';
import { printField, valueAt } from './path.js';
import { positionOf } from './position.js';
import type { QueryRecord } from './query-record.js';
import { systemValueOf } from './query-record.js';
import { parseSort } from './sort.js';
import { sortKey } from './sort-key.js';
import { systemSortKey } from './system-sort-key.js';

const limits = { filterDepth: 5, filterOperators: 50, inLength: 50, patternLength: 50, sortFields: 5 };

const long = (tail: string) => 'x'.repeat(255) + tail;
const instants = ['2026-01-01T00:00:00Z', '2026-01-01T01:00:00+01:00', '2026-01-01T00:00:00.000000001z'];
const texts = [
  '',
  'a',
  'A',
  'ab',
  'b',
  'é',
  'É',
  '\uffff',
  '😀',
  long(''),
  long('y'),
  long('yy'),
  long('Z'),
  ...instants,
];
const text = fc.constantFrom(...texts);
const number = fc.constantFrom(-1e300, -1, -0, 0, 0.5, 1, 2, 1e300);
const scalar = fc.oneof(fc.constant(null), fc.boolean(), number, text);
const value: fc.Arbitrary<JsonValue> = fc.oneof(
  { weight: 4, arbitrary: scalar },
  fc.array(fc.oneof(scalar, fc.constant({ a: 1 })), { maxLength: 3 }),
  fc.constant({ x: 1 }),
);
const data: fc.Arbitrary<JsonObject> = fc.record({ a: value, b: value, c: value }, { requiredKeys: [] });
const time = (hours: number) => new Date(Date.UTC(2026, 0, 1, hours, 0, 0, 7));
const record: fc.Arbitrary<QueryRecord> = fc.record({
  id: fc.uuid(),
  version: fc.integer({ min: 1, max: 3 }),
  createdAt: fc.integer({ min: 0, max: 3 }).map(time),
  updatedAt: fc.integer({ min: 0, max: 3 }).map(time),
  data,
});

const field = fc.constantFrom('a', 'b', 'c', '$version', '$updatedAt');
const direction = fc.constantFrom<IndexMember['direction']>('ascending', 'descending');
const fieldOf = (name: string): IndexMember['field'] =>
  name === '$version' ? { system: 'version' } : name === '$updatedAt' ? { system: 'updatedAt' } : { path: [name] };
const type = fc.constantFrom<ValueType | undefined>(undefined, undefined, 'caseless', 'dateTime');
const withType = ({ as, ...member }: Omit<IndexMember, 'as'> & { as: ValueType | undefined }): IndexMember =>
  as && 'path' in member.field ? { ...member, as } : member;
const index: fc.Arbitrary<IndexDefinition> = fc
  .uniqueArray(fc.record({ field: field.map(fieldOf), direction, as: type }).map(withType), {
    minLength: 1,
    maxLength: 3,
    selector: (member) => printField(member.field),
  })
  .map((members) => ({ id: 1, unique: false, members }));

const onValue: fc.Arbitrary<JsonValue> = fc.oneof(
  scalar,
  fc.record({ _in: fc.array(scalar, { maxLength: 4 }) }),
  fc
    .tuple(fc.constantFrom('_gt', '_gte', '_lt', '_lte'), fc.oneof(number, text))
    .map(([name, one]) => ({ [name]: one })),
  fc.record({ _gt: number, _lte: number }),
  fc.record({ _startsWith: text }),
  fc.record({ _exists: fc.boolean() }),
  fc.record({ _isNull: fc.boolean() }),
  fc.record({ _contains: scalar }),
  fc.record({ _ne: scalar }),
  fc
    .tuple(fc.constantFrom('_eq', '_gt', '_lte', '_ne', '_startsWith'), text)
    .map(([name, one]) => ({ [name]: { $caseless: one } })),
  fc.array(text, { maxLength: 3 }).map((all) => ({ _in: all.map((one) => ({ $caseless: one })) })),
  fc
    .tuple(fc.constantFrom('_eq', '_gt', '_gte', '_lt', '_ne'), fc.constantFrom(...instants))
    .map(([name, one]) => ({ [name]: { $dateTime: one } })),
);
const onElements: fc.Arbitrary<JsonObject> = fc
  .array(
    fc.oneof(
      fc.record({ _eq: scalar }),
      onValue.map((one): JsonObject => (isJsonObject(one) ? one : { _eq: one })),
      fc.tuple(fc.constantFrom('_gt', '_lte', '_startsWith'), text).map(([name, one]) => ({ [name]: one })),
    ),
    { minLength: 1, maxLength: 2 },
  )
  .map((all): JsonObject => Object.assign({}, ...all));
const condition: fc.Arbitrary<JsonValue> = fc.oneof(
  { weight: 5, arbitrary: onValue },
  { weight: 4, arbitrary: onElements.map((_some) => ({ _some })) },
  fc.tuple(fc.constantFrom('_every', '_none'), onElements).map(([name, one]) => ({ [name]: one })),
  fc.record({ _size: fc.integer({ min: 0, max: 3 }) }),
);
const systemCondition = fc.oneof(
  fc.tuple(fc.constantFrom('_eq', '_gt', '_lte'), fc.integer({ min: 1, max: 3 })).map(([name, one]) => ({
    $version: { [name]: one },
  })),
  fc.tuple(fc.constantFrom('_eq', '_gte', '_lt'), fc.integer({ min: 0, max: 3 })).map(([name, one]) => ({
    $updatedAt: { [name]: time(one).toISOString() },
  })),
);
const filter: fc.Arbitrary<JsonObject> = fc
  .tuple(
    fc.dictionary(fc.constantFrom('a', 'b', 'c'), condition, { maxKeys: 3, noNullPrototype: true }),
    fc.option(systemCondition),
  )
  .map(([members, system]) => ({ ...members, ...system }));

const sortItem = (path: string, as: ValueType | undefined) => {
  if (!as || path.includes('$')) return path;
  return as === 'caseless' ? { path, caseless: true } : { path, type: as };
};

/** The keys of a record, as PostgreSQL computes them; a test in the application compares the two. */
function keysOf({ members }: IndexDefinition, one: QueryRecord): Buffer[] {
  const partOf = ({ field: of, direction: way, as }: IndexMember, element?: JsonValue): Buffer => {
    const key =
      'system' in of
        ? systemSortKey(of.system, systemValueOf(one, of.system))
        : sortKey(valueAt(one.data, of.path), as);
    return keyPart(element === undefined ? key : sortKey(element, as), as, way);
  };
  const parts = members.map((member) => partOf(member));
  const last = members.at(-1);
  const array = last && 'path' in last.field ? valueAt(one.data, last.field.path) : undefined;
  const elements = Array.isArray(array)
    ? array.filter((element) => typeof element !== 'object' || element === null)
    : [];
  const elementKeys = elements.map((element) =>
    indexKey([Buffer.from([0xee]), ...parts.slice(0, -1), ...(last ? [partOf(last, element)] : [])]),
  );
  const distinct = new Map(elementKeys.map((key) => [key.toString('hex'), key]));
  return [indexKey(parts), ...distinct.values()];
}

interface Entry {
  readonly key: Buffer;
  readonly record: QueryRecord;
}

function entriesIn(
  definition: IndexDefinition,
  records: readonly QueryRecord[],
  ranges: readonly { start: Buffer; end: Buffer }[],
): Entry[] {
  return records
    .flatMap((one) => keysOf(definition, one).map((key) => ({ key, record: one })))
    .filter(({ key }) => ranges.some(({ start, end }) => key.compare(start) >= 0 && key.compare(end) < 0));
}

const records = fc.uniqueArray(record, { minLength: 15, maxLength: 15, selector: ({ id }) => id });

describe('the ranges of an index', () => {
  function expectMatches(definition: IndexDefinition, json: JsonObject, all: readonly QueryRecord[]): IndexRanges {
    const parsed = parseFilter(json, limits);
    const found = indexRanges(definition, parsed);
    const matches = all.filter((one) => matchesFilter(parsed, one)).map(({ id }) => id);
    const entries = entriesIn(definition, all, found.ranges).map(({ record: { id } }) => id);
    if (found.isExact) expect(entries.toSorted()).toEqual(matches.toSorted());
    if (!found.repeats) expect(entries).toHaveLength(new Set(entries).size);
    expect(new Set(entries)).toEqual(new Set([...entries, ...matches]));
    return found;
  }

  it('contain an entry of each match, and only of matches if they are exact', () => {
    const all: IndexRanges[] = [];
    fc.assert(
      fc.property(index, filter, records, (definition, json, some) => {
        all.push(expectMatches(definition, json, some));
      }),
      { numRuns: 800 },
    );
    expect(all.filter(({ isNarrow }) => isNarrow).length).toBeGreaterThan(120);
    expect(all.filter(({ isExact }) => isExact).length).toBeGreaterThan(40);
  });

  it('contain an entry of an element of each match', () => {
    const all: IndexRanges[] = [];
    const onLast = fc.tuple(index, onElements, fc.oneof(fc.constant({}), filter)).map(([definition, _some, rest]) => {
      const last = definition.members.at(-1)?.field;
      return { definition, json: last && 'path' in last ? { ...rest, [printField(last)]: { _some } } : rest };
    });
    fc.assert(
      fc.property(onLast, records, ({ definition, json }, some) => {
        all.push(expectMatches(definition, json, some));
      }),
      { numRuns: 400 },
    );
    expect(all.filter(({ repeats }) => repeats).length).toBeGreaterThan(5);
  });

  it('are as narrow as the conditions', () => {
    const definition: IndexDefinition = {
      id: 1,
      unique: false,
      members: [
        { field: { path: ['a'] }, direction: 'ascending' },
        { field: { path: ['b'] }, direction: 'descending' },
      ],
    };
    const count = (json: JsonObject, all: JsonObject[]) => {
      const of = all.map((one, place): QueryRecord => ({
        id: String(place),
        version: 1,
        createdAt: time(0),
        updatedAt: time(0),
        data: one,
      }));
      return entriesIn(definition, of, indexRanges(definition, parseFilter(json, limits)).ranges).length;
    };
    const all = [1, 2, 3].flatMap((a) => ['x', 'y', 'z', 4, null, true].map((b) => ({ a, b })));
    expect(count({ a: 1 }, all)).toBe(6);
    expect(count({ a: 1, b: 'y' }, all)).toBe(1);
    expect(count({ a: 1, b: { _gt: 'x' } }, all)).toBe(2);
    expect(count({ a: 1, b: { _gte: 'x', _lt: 'z' } }, all)).toBe(2);
    expect(count({ a: { _in: [1, 3, 3] }, b: 'x' }, all)).toBe(12);
    expect(count({ a: { _gt: 1, _lt: 1 } }, all)).toBe(0);
    expect(count({ a: 2, b: { _isNull: true } }, all)).toBe(1);
    expect(count({ b: 'x' }, all)).toBe(18);
    const lists = all.map(({ a, b }) => ({ a, b: [b, 'w', { c: 1 }] }));
    expect(count({ a: 1, b: { _some: { _eq: 'x' } } }, lists)).toBe(1);
    const isExact = (json: JsonObject) => indexRanges(definition, parseFilter(json, limits)).isExact;
    expect(isExact({ a: 1, b: { _some: { _eq: 'x' } } })).toBe(true);
    expect(isExact({ a: 1, b: { _some: { _eq: 'x', _gt: 'a' } } })).toBe(false);
    expect(isExact({ a: 1, b: { _some: { _gt: 'w' } } })).toBe(false);
    expect(count({ a: 1, b: { _some: { _gt: 'w', _lt: 'z' } } }, lists)).toBe(2);
    expect(count({ a: 1, b: { _some: { _in: ['x', 'w', 'none'] } } }, lists)).toBe(7);
    expect(count({ a: 1, b: { _some: { _isNull: true } } }, lists)).toBe(1);
    expect(count({ a: 1, b: { _some: { _exists: true } } }, lists)).toBe(6);
  });
});

describe('the entries of an index', () => {
  const sort = fc
    .uniqueArray(fc.record({ name: field, descending: fc.boolean(), as: type }), {
      minLength: 1,
      maxLength: 3,
      selector: ({ name }) => name,
    })
    .map((terms) => terms.map(({ name, descending, as }) => sortItem((descending ? '-' : '') + name, as)));

  it('have the order of a sort, from any position', () => {
    let ordered = 0;
    let partly = 0;
    const cases = fc.tuple(index, fc.boolean(), sort, fc.boolean());
    fc.assert(
      fc.property(cases, filter, records, ([definition, isOwn, terms, isReversed], json, all) => {
        // Sorts by the members of the index, which random sorts hardly are.
        const own = definition.members.map(({ field: of, direction: way, as }) =>
          sortItem(((way === 'descending') !== isReversed ? '-' : '') + printField(of), as),
        );
        const by = parseSort(isOwn ? own : terms, limits);
        const parsed = parseFilter(json, limits);
        const found = indexRanges(definition, parsed);
        const order = indexOrder(found, by);
        if (!order) return;
        if (order.isTotal) ordered++;
        else partly++;
        const bySort = compareRecords(by);
        const byId = (one: string, other: string) => (one < other ? -1 : Number(one > other));
        const compare = (one: Entry, other: Entry) => {
          const byKey = one.key.compare(other.key) || (order.isTotal ? byId(one.record.id, other.record.id) : 0);
          return (order.direction === 'ascending' ? byKey : -byKey) || bySort(one.record, other.record);
        };
        const entries = entriesIn(definition, all, found.ranges)
          .filter(({ record: one }) => matchesFilter(parsed, one))
          .toSorted(compare);
        const sorted = entries.map(({ record: one }) => one).toSorted(bySort);
        expect(entries.map(({ record: { id } }) => id)).toEqual(sorted.map(({ id }) => id));
        for (const entry of entries)
          expect(order.entryAt(positionOf(by, entry.record))).toEqual({ key: entry.key, id: entry.record.id });
      }),
      { numRuns: 1_000 },
    );
    expect(ordered).toBeGreaterThan(80);
    expect(partly).toBeGreaterThan(50);
  });
});
