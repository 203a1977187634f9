import fc from 'fast-check';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { JsonObject, JsonValue } from '@haven/kernel';
import {
  foldCase,
  indexRanges,
  isPosition,
  keyOrder,
  matchesFilter,
  parseFilter,
  parseSort,
  positionKey,
  positionOf,
  printPath,
  reversed,
} from '@haven/query';
import type { IndexDefinition, Sort, TypedSortField } from '@haven/query';

import { compareRecords } from '../../../../libs/query/src/evaluate.js';
import type { QueryRecord } from '../../../../libs/query/src/query-record.js';
import { sortKey } from '../../../../libs/query/src/sort-key.js';
import { containmentSql } from '../../../../libs/records/src/infrastructure/containment-sql.js';
import { idsOfEntriesSql } from '../../../../libs/records/src/infrastructure/entries-sql.js';
import { listSql } from '../../../../libs/records/src/infrastructure/list-sql.js';
import { filterSql, keysetSql, orderBySql } from '../../../../libs/records/src/infrastructure/query-sql.js';
import { openTestDatabase } from '../support/test-database.js';
import type { TestDatabase } from '../support/test-database.js';

const limits = { filterDepth: 10, filterOperators: 100, inLength: 500, patternLength: 256, sortFields: 5 };
const seed = Date.now();
const because = `documents of seed ${seed}`;

const oddNames = [
  'Major Genre',
  'a.b',
  "it's",
  '-x',
  '_eq',
  '$id',
  '0',
  'a,b',
  '"',
  '\\',
  "\\'",
  '{}',
  'NULL',
  'é😀',
  '__proto',
];
const name = fc.oneof({ weight: 3, arbitrary: fc.constantFrom('a', 'b') }, fc.constantFrom(...oddNames));
const long = (tail: string) => 'x'.repeat(254) + tail;
const texts = [
  '',
  'a',
  'A',
  'ab',
  'aB%',
  'a_',
  'b\\',
  'é',
  'É',
  'i',
  'İ',
  '1',
  '😀',
  '\uffff',
  '\ue000',
  '\ud7ff',
  '\u{10ffff}',
  'a\nb',
  'AB',
  'ß',
  'ẞ',
  'ΣΑΣ',
  'σας',
  'K',
  'k',
];
const dateTimes = [
  '2024-02-29T12:00:00Z',
  '2024-02-29t14:00:00.000+02:00',
  '2024-02-29 12:00:00.000000001Z',
  '2024-02-29T12:00:00.0000000019Z',
  '2016-12-31T23:59:59.999999999Z',
  '2016-12-31T23:59:60Z',
  '2016-12-31T18:59:60.5-05:00',
  '2017-01-01T00:00:00Z',
  '0000-01-01T00:00:00+23:59',
  '9999-12-31T23:59:59-23:59',
  '1969-12-31T23:59:59.5z',
];
/** Texts that are nearly date-times. */
const otherTimes = [
  '2024-02-30T00:00:00Z',
  '2024-02-29T24:00:00Z',
  '2024-02-29T12:00:00',
  '2024-02-29',
  '2024-02-29T12:00:60Z',
];
const longTexts = ['', 'y', 'yy', 'yyy', 'yyz', 'y😀y', '😀😀', '😀😀😀', '\u{10ffff}\u{10ffff}'].map(long);
/** Three of these make a key that is too long. */
const wideTexts = ['a', 'b', '\u{10ffff}'].map((tail) => '\u{10ffff}'.repeat(255) + tail);
const allTexts = [...texts, ...longTexts, ...wideTexts, ...dateTimes, ...otherTimes];
const text = fc.constantFrom(...allTexts);
const wide = fc.constantFrom(...wideTexts);
const dateTime = fc.constantFrom(...dateTimes);
const number = fc.oneof(
  fc.constantFrom(0, -0, 1, -1, 1.5, 0.1, 1e300, -1e300, 5e-324, Number.MAX_VALUE, Number.MAX_SAFE_INTEGER),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const scalar = fc.oneof(fc.constant(null), fc.boolean(), number, text);
const { value, object } = fc.letrec<{ value: JsonValue; object: JsonObject }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    { weight: 3, arbitrary: scalar },
    { weight: 1, arbitrary: fc.array(tie('value'), { maxLength: 3 }) },
    { weight: 1, arbitrary: tie('object') },
  ),
  object: fc.dictionary(fc.oneof({ weight: 9, arbitrary: name }, fc.constant('')), tie('value'), {
    maxKeys: 3,
    noNullPrototype: true,
  }),
}));

/** A value that is often an array of scalars, of objects with the same members, or of arrays. */
const list: fc.Arbitrary<JsonValue> = fc.oneof(
  { weight: 1, arbitrary: value },
  { weight: 2, arbitrary: fc.array(scalar, { maxLength: 4 }) },
  {
    weight: 4,
    arbitrary: fc.array(
      fc.oneof(
        {
          weight: 6,
          arbitrary: fc.record(
            { a: scalar, b: fc.oneof(number, value) },
            { requiredKeys: ['b'], noNullPrototype: true },
          ),
        },
        { weight: 2, arbitrary: fc.array(scalar, { maxLength: 3 }) },
        value,
      ),
      { maxLength: 4 },
    ),
  },
);

const day = (hours: number) => new Date(Date.UTC(2024, 1, 29, hours, 0, 0, 123));
const record: fc.Arbitrary<QueryRecord> = fc.record({
  id: fc.uuid(),
  version: fc.integer({ min: 1, max: 4 }),
  createdAt: fc.integer({ min: 0, max: 5 }).map(day),
  updatedAt: fc.integer({ min: 0, max: 5 }).map(day),
  data: fc.oneof(
    object,
    fc.record({ a: value, b: value }, { noNullPrototype: true }),
    fc.record({ a: list, b: list }, { noNullPrototype: true }),
    fc.record({ a: list, b: fc.record({ a: list, b: list }, { noNullPrototype: true }) }, { noNullPrototype: true }),
    fc.record({ a: text, b: text }, { noNullPrototype: true }),
    fc.record({ a: wide, b: wide, c: wide, d: text }, { noNullPrototype: true }),
  ),
});
const random = fc.sample(fc.uniqueArray(record, { minLength: 200, maxLength: 200, selector: (one) => one.id }), {
  seed,
  numRuns: 1,
});
// Random texts rarely include the edge cases, so each special text is put into one record.
const records = random.flat().map((one, index) => {
  const a = allTexts[index];
  return a === undefined ? one : { ...one, data: { a } };
});

/** Records that are sorted: those with special texts, and others. */
const sorted = records.filter((_, index) => index % 5 === 0);

const path = fc.array(name, { minLength: 1, maxLength: 2 });
const pattern = fc
  .array(fc.constantFrom('%', '_', 'a', 'A', 'B', 'é', '😀', '\\\\', '\\%', '\\_', '\\a', 'x'), { maxLength: 5 })
  .map((parts) => parts.join(''));
/** A value without the name of an operator, which only `_eq` and `_ne` accept in their operands. */
const operand = value.filter((one) => !JSON.stringify(one).includes('"_eq":'));
const condition: fc.Arbitrary<JsonObject> = fc.oneof(
  fc.record({ _eq: value }),
  fc.record({ _ne: value }),
  fc.record({ _in: fc.array(operand, { maxLength: 4 }) }),
  fc.record({ _nin: fc.array(operand, { maxLength: 12 }) }),
  fc.record({ _exists: fc.boolean() }),
  fc.record({ _isNull: fc.boolean() }),
  fc.record({ _startsWith: text }),
  fc.record({ _like: pattern }),
  fc.record({ _ilike: pattern }),
  fc.record({ _contains: operand }),
  fc.record({ _gt: fc.oneof(number, text) }),
  fc.record({ _gte: fc.oneof(number, text) }),
  fc.record({ _lt: fc.oneof(number, text) }),
  fc.record({ _lte: fc.oneof(number, text) }),
);
const textCondition: fc.Arbitrary<JsonObject> = fc.oneof(
  fc
    .tuple(fc.constantFrom('_gt', '_gte', '_lt', '_lte', '_startsWith'), text)
    .map(([operator, operand]) => ({ [operator]: operand })),
  fc.tuple(fc.constantFrom('_like', '_ilike'), pattern).map(([operator, operand]) => ({ [operator]: operand })),
);
const typedOperand: fc.Arbitrary<JsonValue> = fc.oneof(
  dateTime.map(($dateTime) => ({ $dateTime })),
  text.map(($caseless) => ({ $caseless })),
);
const typedCondition: fc.Arbitrary<JsonObject> = fc.oneof(
  fc
    .tuple(fc.constantFrom('_eq', '_ne', '_gt', '_gte', '_lt', '_lte'), typedOperand)
    .map(([operator, operand]) => ({ [operator]: operand })),
  fc
    .tuple(fc.constantFrom('_in', '_nin'), fc.array(fc.oneof(typedOperand, typedOperand, operand), { maxLength: 4 }))
    .map(([operator, operands]) => ({ [operator]: operands })),
  text.map(($caseless) => ({ _startsWith: { $caseless } })),
  typedOperand as fc.Arbitrary<JsonObject>, // it is an object
);
const dataFilter: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.tuple(fc.constantFrom('a', 'b'), textCondition).map(([at, test]) => ({ [at]: test })),
  fc.tuple(path, condition).map(([at, test]) => ({ [printPath(at)]: test })),
  fc.tuple(fc.constantFrom('a', 'b'), typedCondition).map(([at, test]) => ({ [at]: test })),
  fc.tuple(path, condition, condition).map(([at, one, two]) => ({ [printPath(at)]: { ...one, ...two } })),
  fc.tuple(path, fc.oneof(scalar, fc.array(value, { maxLength: 2 }))).map(([at, bare]) => ({ [printPath(at)]: bare })),
  fc
    .tuple(path, scalar)
    .map(([at, bare]) => at.reduceRight<JsonValue>((inner, key) => ({ [printPath([key])]: inner }), bare)),
);
const sizes = fc.integer({ min: 0, max: 4 });
const sizeCondition: fc.Arbitrary<JsonValue> = fc.oneof(
  sizes,
  fc.tuple(fc.constantFrom('_eq', '_ne', '_gt', '_gte', '_lt', '_lte'), sizes).map(([name, one]) => ({ [name]: one })),
  fc.tuple(fc.constantFrom('_in', '_nin'), fc.array(sizes, { maxLength: 3 })).map(([name, all]) => ({ [name]: all })),
  fc.constant({ _gte: 1, _lt: Number.MAX_SAFE_INTEGER }),
);
/** Conditions on an array: on its size, or on its elements, which stand in the operand or are nested. */
const { onList } = fc.letrec<{ onList: JsonObject; onElement: JsonValue }>((tie) => ({
  onList: fc.oneof(
    { depthSize: 'small' },
    {
      weight: 4,
      arbitrary: fc
        .tuple(fc.constantFrom('_some', '_every', '_none'), tie('onElement'))
        .map(([name, one]) => ({ [name]: one }) as JsonObject),
    },
    { weight: 1, arbitrary: sizeCondition.map((_size) => ({ _size })) },
  ),
  onElement: fc.oneof(
    { depthSize: 'small' },
    { weight: 4, arbitrary: condition },
    { weight: 2, arbitrary: typedCondition.filter((one) => Object.keys(one).every((key) => key.startsWith('_'))) },
    { weight: 6, arbitrary: dataFilter },
    { weight: 1, arbitrary: fc.constant({}) },
    { weight: 3, arbitrary: tie('onList') },
    { weight: 3, arbitrary: fc.tuple(path, tie('onList')).map(([at, test]) => ({ [printPath(at)]: test })) },
    { weight: 1, arbitrary: fc.array(tie('onElement'), { maxLength: 2 }).map((_and) => ({ _and })) },
    { weight: 1, arbitrary: fc.array(tie('onElement'), { maxLength: 2 }).map((_or) => ({ _or })) },
    { weight: 1, arbitrary: tie('onElement').map((_not) => ({ _not })) },
  ),
}));
const listFilter: fc.Arbitrary<JsonValue> = fc
  .tuple(fc.oneof({ weight: 3, arbitrary: fc.constantFrom(['a'], ['b'], ['b', 'a']) }, path), onList, fc.option(onList))
  .map(([at, one, two]) => ({ [printPath(at)]: { ...two, ...one } }));
const when = fc.integer({ min: 0, max: 5 }).map((hours) => day(hours).toISOString().replace('Z', '+00:00'));
const order = fc.constantFrom('_eq', '_ne', '_gt', '_gte', '_lt', '_lte');
const id = fc.oneof(fc.uuid(), fc.constantFrom(...records.map((one) => one.id.toUpperCase())));
const systemFilter: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.tuple(order, id).map(([operator, operand]) => ({ $id: { [operator]: operand } })),
  fc.array(id, { maxLength: 4 }).map((ids) => ({ $id: { _in: ids } })),
  fc.tuple(order, fc.integer({ min: 0, max: 5 })).map(([operator, operand]) => ({ $version: { [operator]: operand } })),
  fc.constant(Number.MAX_SAFE_INTEGER).map((largest) => ({ $version: { _nin: [1, largest] } })),
  fc.tuple(order, when).map(([operator, operand]) => ({ $createdAt: { [operator]: operand } })),
  fc.array(when, { maxLength: 4 }).map((times) => ({ $updatedAt: { _in: times } })),
);
const { filter } = fc.letrec<{ filter: JsonValue }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 3 },
    { weight: 8, arbitrary: dataFilter },
    { weight: 6, arbitrary: listFilter },
    { weight: 2, arbitrary: systemFilter },
    { weight: 1, arbitrary: fc.array(tie('filter'), { maxLength: 3 }).map((_and) => ({ _and })) },
    { weight: 1, arbitrary: fc.array(tie('filter'), { maxLength: 3 }).map((_or) => ({ _or })) },
    { weight: 2, arbitrary: tie('filter').map((_not) => ({ _not })) },
  ),
}));
const sortTerm = fc
  .tuple(
    fc.oneof(fc.constantFrom('$id', '$version', '$createdAt', '$updatedAt', 'a', 'b', 'c', 'd'), path.map(printPath)),
    fc.boolean(),
    fc.constantFrom({}, {}, { type: 'dateTime' as const }, { caseless: true }),
  )
  .map(([field, descending, type]) => {
    const text = (descending ? '-' : '') + field;
    return { field, item: field.startsWith('$') ? text : { path: text, ...type } };
  });
const sort = fc
  .uniqueArray(sortTerm, { minLength: 1, maxLength: 4, selector: ({ field }) => field })
  .map((terms) => terms.map(({ item }) => item));
const wideSort = fc
  .tuple(...['a', 'b', 'c', 'd'].map((field) => fc.constantFrom(field, `-${field}`)))
  .map((terms): (string | TypedSortField)[] => terms);

/** The collection of the records, whose documents also have the form in which all documents are indexed. */
const COLLECTION = 1;

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await openTestDatabase();
  client = database.owner;
  await client.query(`CREATE TEMP TABLE queried (id uuid, version integer, created_at timestamptz(3),
    updated_at timestamptz(3), data jsonb NOT NULL, scoped_data jsonb)`);
  await client.query(
    `INSERT INTO queried SELECT (r->>'id')::uuid, (r->>'version')::integer, (r->>'createdAt')::timestamptz,
     (r->>'updatedAt')::timestamptz, r->'data' FROM jsonb_array_elements($1::jsonb) r`,
    [JSON.stringify(records)],
  );
  await client.query("SELECT set_config('haven.tenant', gen_random_uuid()::text, false)");
  await client.query(
    `UPDATE queried SET scoped_data = jsonb_build_object(haven.current_tenant()::text || '/${COLLECTION}', data)`,
  );
});

afterAll(() => database.drop());

describe('a query in PostgreSQL', () => {
  it('matches the same records as matchesFilter in memory', async () => {
    let telling = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(filter, { minLength: 40, maxLength: 40 }), async (filters) => {
        telling += await agreement(filters);
      }),
      { numRuns: 15, endOnFailure: false },
    );
    expect(telling).toBeGreaterThan(100);
  });

  it('matches the same records if arrays are tested, of which many match some', async () => {
    let telling = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(listFilter, { minLength: 40, maxLength: 40 }), async (filters) => {
        telling += await agreement(filters);
      }),
      { numRuns: 10, endOnFailure: false },
    );
    expect(telling).toBeGreaterThan(100);
  });

  it('compares all pairs of texts as in memory', async () => {
    const patterns = [...texts, ...longTexts].filter((one) => !one.endsWith('\\'));
    const caselessTexts = allTexts.filter((one) => foldCase(one) !== one);
    await agreement([
      ...['_gt', '_gte', '_lt', '_lte', '_startsWith'].flatMap((operator) =>
        allTexts.map((operand) => ({ a: { [operator]: operand } })),
      ),
      ...['_eq', '_gt', '_gte', '_lt', '_lte'].flatMap((operator) => [
        ...caselessTexts.map(($caseless) => ({ a: { [operator]: { $caseless } } })),
        ...dateTimes.map(($dateTime) => ({ a: { [operator]: { $dateTime } } })),
      ]),
      ...caselessTexts.map(($caseless) => ({ a: { _startsWith: { $caseless } } })),
      ...['_like', '_ilike'].flatMap((operator) => patterns.map((operand) => ({ a: { [operator]: `${operand}%` } }))),
    ]);
  });

  it('sorts and pages as in memory, in both directions', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof({ weight: 3, arbitrary: sort }, { weight: 1, arbitrary: wideSort }), async (list) => {
        const parsed = parseSort(list, limits);
        const inMemory = sorted.toSorted(compareRecords(parsed)).map((one) => one.id);
        expect(await pages(parsed), `${because}: ${JSON.stringify(list)}`).toEqual(inMemory);
        expect(await pages(reversed(parsed)), `${because}: ${JSON.stringify(list)}, backwards`).toEqual(
          inMemory.toReversed(),
        );
      }),
      { numRuns: 18 },
    );
  });

  it('computes the same keys as in memory', async () => {
    const values = fc.sample(value, { seed, numRuns: 500 });
    const { rows } = await client.query<{ key: unknown }>(
      `SELECT jsonb_build_array(haven.sort_rank(v), haven.sort_num(v), haven.sort_str(v)) AS key
       FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS listed (v, place) ORDER BY place`,
      [JSON.stringify(values)],
    );
    expect(rows.map(({ key }) => key)).toEqual(JSON.parse(JSON.stringify(values.map((one) => sortKey(one)))));
    const byKey = {
      a: ['a', 'b', 'c'],
      typed: [
        { path: '-a', type: 'dateTime' as const },
        { path: 'b', caseless: true },
      ],
    };
    for (const list of Object.values(byKey)) {
      const by = parseSort(list, limits);
      const [key] = orderBySql(by).split(/ (?:ASC|DESC), id/);
      const { rows: keys } = await client.query<{ id: string; key: Buffer }>(`SELECT id, ${key} AS key FROM queried`);
      const expected = new Map(
        records.map((one) => [one.id, positionKey(keyOrder(by), positionOf(by, one)).toString('hex')]),
      );
      for (const row of keys) expect(row.key.toString('hex')).toBe(expected.get(row.id));
    }
    const missing = await client.query(
      `SELECT haven.sort_rank(NULL) r, haven.sort_num(NULL) n, haven.sort_str(NULL) s`,
    );
    expect(missing.rows).toEqual([{ r: 0, n: 0, s: '' }]);
  });

  const a: IndexDefinition = { id: 1, unique: false, members: [{ field: { path: ['a'] }, direction: 'ascending' }] };

  it.each<[JsonValue, string, string]>([
    [{ a: { _gt: 5 } }, 'Index Cond', 'a'],
    [{ a: { _gte: 'x', _lt: 'y' } }, 'Index Cond', 'a'],
    [{ a: { _startsWith: 'x' } }, 'Index Cond', 'a'],
    [{ 'b.it\'s "0" \\\\': { _lt: long('yyy') } }, 'Index Cond', 'b.it\'s "0" \\\\'],
    [{ b: 1 }, 'Bitmap Index Scan on records_scoped', 'a'],
    [{ b: { _in: ['x', 1, [2]] } }, 'BitmapOr', 'a'],
    [{ b: { _contains: 'x' } }, 'Bitmap Index Scan on records_scoped', 'a'],
    [{ b: { _some: { _eq: 'x' } } }, 'Bitmap Index Scan on records_scoped', 'a'],
    [{ b: { _some: { _in: ['x', 1] } } }, 'BitmapOr', 'a'],
    [{ b: { _some: { c: 'x', d: { _gt: 2 } } } }, 'Bitmap Index Scan on records_scoped', 'a'],
    [{ b: { _some: { c: { _some: { d: 'x' } } } } }, 'Bitmap Index Scan on records_scoped', 'a'],
    [{ a: { _some: { _eq: 'x' } } }, 'Index Cond', 'a'],
    [{ a: { _some: { _startsWith: 'x' } } }, 'Index Cond', 'a'],
    [{ a: { _some: { _in: ['x', 1] } } }, 'Index Cond', 'a'],
  ])('uses an index for %j', async (json, expected, indexed) => {
    const field = parseSort(indexed, limits)[0]?.field;
    if (!field) throw new Error(`no path: ${indexed}`);
    const index: IndexDefinition = { ...a, members: [{ field, direction: 'ascending' }] };
    const filter = parseFilter(json, limits);
    const params: unknown[] = [];
    const ranges = indexRanges(index, filter);
    const text = ranges.isNarrow
      ? idsOfEntriesSql(ranges, 1, params)
      : `SELECT id FROM haven.live_records WHERE ${containmentSql(filter, 1, params)}`;
    const plan = await explained({ text, values: params });
    expect(plan).toContain(expected);
    if (ranges.isNarrow) expect(plan).toMatch(/index_entries_pkey.*\(key >= .*\(key < /);
  });

  it('reads a sorted page from the index', async () => {
    const query = { filter: parseFilter({}, limits), sort: parseSort('-a', limits), limit: 3, indexes: [a] };
    const plan = await explained(listSql('id', 1, { ...query, after: [3, 1.5, '', records[0]?.id ?? ''] }));
    expect(plan).toMatch(/Index (Only )?Scan Backward using index_entries_pkey.*\(ROW\(key, record_id\) < /);
    expect(plan).not.toContain('Sort');
  });
});

/**
 * Returns the plan of a statement of Haven's role, on one line. Records have no other index than that of all documents,
 * because for an empty table the planner finds all indexes equally good.
 */
async function explained({ text, values }: { text: string; values: readonly unknown[] }): Promise<string> {
  await client.query('BEGIN');
  await client.query('DROP INDEX haven.records_newest, haven.records_touched');
  await client.query('ALTER TABLE haven.records DROP CONSTRAINT records_pkey');
  await client.query("SET LOCAL ROLE haven_runtime; SELECT set_config('haven.tenant', gen_random_uuid()::text, true)");
  await client.query('SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = on; SET LOCAL enable_sort = off');
  const { rows } = await client.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${text}`, [...values]);
  await client.query('ROLLBACK');
  return rows.map((row) => row['QUERY PLAN']).join(' ');
}

/**
 * Checks that SQL and the evaluation in memory agree on each filter, and that the index of all documents would find all
 * matches. Returns how many filters match some but not all records.
 */
async function agreement(filters: JsonValue[]): Promise<number> {
  const parsed = filters.map((json) => parseFilter(json, { ...limits, patternLength: 999 }));
  const inSql = await select(parsed.map((one, index) => (params) => ids(filterSql(one, params), `f${index}`)));
  const byContainment = await select(
    parsed.map((one, index) => (params) => {
      const found = filterSql(one, params);
      return ids(`${found} AND ${containmentSql(one, COLLECTION, params) ?? 'TRUE'}`, `f${index}`);
    }),
  );
  const inMemory = parsed.map((one) =>
    records.filter((candidate) => matchesFilter(one, candidate)).map((found) => found.id),
  );
  inMemory.forEach((found, index) => {
    const what = `${because}: ${JSON.stringify(filters[index])}`;
    expect(inSql[`f${index}`], what).toEqual(found.toSorted());
    expect(byContainment[`f${index}`], `${what}, by containment`).toEqual(found.toSorted());
  });
  return inMemory.filter((found) => found.length > 0 && found.length < records.length).length;
}

function ids(condition: string, column: string): string {
  return `coalesce(array_agg(id::text ORDER BY id) FILTER (WHERE ${condition}), '{}') AS ${column}`;
}

async function select(columns: ((params: unknown[]) => string)[]): Promise<Record<string, string[]>> {
  const params: unknown[] = [];
  const { rows } = await client.query(
    `SELECT ${columns.map((column) => column(params)).join(', ')} FROM queried`,
    params,
  );
  return rows[0];
}

async function pages(by: Sort): Promise<string[]> {
  const among = sorted;
  const found: string[] = [];
  for (;;) {
    const last = among.find((one) => one.id === found.at(-1));
    const params: unknown[] = [among.map((one) => one.id)];
    const position = last && positionOf(by, last);
    if (position) expect(isPosition(by, JSON.parse(JSON.stringify(position)))).toBe(true);
    const after = position ? keysetSql(by, position, params) : 'TRUE';
    const { rows } = await client.query<{ id: string }>(
      `SELECT id FROM queried WHERE id = ANY($1) AND ${after} ORDER BY ${orderBySql(by)} LIMIT 3`,
      params,
    );
    if (rows.length === 0) return found;
    found.push(...rows.map((row) => row.id));
  }
}
