import { randomUUID } from 'node:crypto';

import fc from 'fast-check';
import { applyPatch } from 'rfc6902';
import type { Operation } from 'rfc6902';
import { beforeEach, describe, expect, it } from 'vitest';

import { isJsonObject } from '@haven/kernel';
import type { JsonObject, JsonValue } from '@haven/kernel';

import { startHaven } from '../support/haven.js';
import type { ApiResponse } from '../support/haven.js';

const haven = startHaven();
const RECORDS = '/collections/films/records';
const MERGE_PATCH = { 'content-type': 'application/merge-patch+json' };
const JSON_PATCH = { 'content-type': 'application/json-patch+json' };

beforeEach(async () => {
  await haven.rest('POST', '/collections', { name: 'films' });
});

describe('a JSON Patch that takes too much work', () => {
  const moves = (count: number) =>
    Array.from({ length: count }, () => ({ op: 'move', from: '/data/list/249999', path: '/data/list/0' }));
  let path: string;
  let id: string;

  beforeEach(async () => {
    ({ id } = (await create({ list: Array(250_000).fill(0) })).body);
    path = `${RECORDS}/${id}`;
  });

  const batchOf = (count: number, each: number) =>
    Array.from({ length: count }, () => ({ op: 'jsonPatch', collection: 'films', id, operations: moves(each) }));

  it('is refused in REST, in GraphQL and in a batch, and changes nothing', async () => {
    const rest = await haven.rest('PATCH', path, moves(999), JSON_PATCH);
    expect([rest.status, rest.body.code]).toEqual([422, 'PATCH_TOO_EXPENSIVE']);
    expect(rest.body.errors[0]).toMatchObject({ pointer: '/16', detail: expect.stringContaining('limits.patchCost') });
    const query = `mutation($id: ID!, $o: JSON!) {
      jsonPatchRecord(collection: "films", id: $id, operations: $o) { version }
    }`;
    const graphql = await haven.graphql(query, { id, o: moves(999) });
    expect(graphql.body.errors[0].extensions).toMatchObject({ code: 'PATCH_TOO_EXPENSIVE', status: 422 });
    const batch = await haven.rest('POST', '/batch', { operations: batchOf(10, 999) });
    expect([batch.status, batch.body.code, batch.body.index]).toEqual([422, 'PATCH_TOO_EXPENSIVE', 0]);
    expect(batch.body.errors[0].pointer).toBe('/operations/0/operations/16');
    expect(await versionOf(id)).toBe(1);
  });

  it('shares one budget with the other patches of its batch', async () => {
    const batch = await haven.rest('POST', '/batch', { operations: batchOf(3, 6) });
    expect([batch.status, batch.body.code, batch.body.index]).toEqual([422, 'PATCH_TOO_EXPENSIVE', 2]);
    expect(await versionOf(id)).toBe(1);
    for (const _ of [1, 2, 3]) expect((await haven.rest('PATCH', path, moves(6), JSON_PATCH)).status).toBe(200);
  });
});

describe('a version', () => {
  it('starts at 1, is incremented by every change, and is the ETag of each response', async () => {
    const made = await create({ a: 1 });
    const path = `${RECORDS}/${made.body.id}`;
    expect([made.status, made.body.version, made.headers.get('etag')]).toEqual([201, 1, '"1"']);
    expect(made.headers.get('location')).toBe(`/api/v1${path}`);
    const replaced = await haven.rest('PUT', path, { data: { a: 2 } });
    expect([replaced.status, replaced.body.version, replaced.headers.get('etag')]).toEqual([200, 2, '"2"']);
    const merged = await haven.rest('PATCH', path, { data: { b: 1 } }, MERGE_PATCH);
    expect([merged.status, merged.body.version, merged.headers.get('etag')]).toEqual([200, 3, '"3"']);
    const patched = await haven.rest('PATCH', path, [{ op: 'remove', path: '/data/b' }], JSON_PATCH);
    expect([patched.status, patched.body.version, patched.headers.get('etag')]).toEqual([200, 4, '"4"']);
    const read = await haven.rest('GET', path);
    expect([read.body.version, read.headers.get('etag'), read.body.data]).toEqual([4, '"4"', { a: 2 }]);
    expect(read.body.createdAt).toBe(made.body.createdAt);
  });

  it('continues when a deleted record is recreated, by POST and by PUT', async () => {
    const id = randomUUID();
    await haven.rest('POST', RECORDS, { id, data: { life: 1 } });
    expect((await haven.rest('DELETE', `${RECORDS}/${id}`)).status).toBe(204);
    expect((await haven.rest('GET', `${RECORDS}/${id}`)).status).toBe(404);
    const again = await haven.rest('POST', RECORDS, { id, data: { life: 2 } });
    expect([again.status, again.body.version, again.headers.get('etag')]).toEqual([201, 3, '"3"']);
    expect((await haven.rest('DELETE', `${RECORDS}/${id}`)).status).toBe(204);
    const put = await haven.rest('PUT', `${RECORDS}/${id}`, { data: { life: 3 } }, { 'if-none-match': '*' });
    expect([put.status, put.body.version, put.headers.get('etag')]).toEqual([201, 5, '"5"']);
    const events = await haven.sql('SELECT version, type FROM haven.events WHERE record_id = $1 ORDER BY version', [
      id,
    ]);
    expect(events.map(({ version, type }) => [version, type])).toEqual([
      [1, 'record.created'],
      [2, 'record.deleted'],
      [3, 'record.created'],
      [4, 'record.deleted'],
      [5, 'record.created'],
    ]);
  });
});

describe('If-Match', () => {
  /** Each request that changes a record, with the status of its response if the precondition holds. */
  const changes: [string, number, (path: string, headers: Record<string, string>) => Promise<ApiResponse>][] = [
    ['PUT', 200, (path, headers) => haven.rest('PUT', path, { data: { b: 1 } }, headers)],
    [
      'PATCH (merge)',
      200,
      (path, headers) => haven.rest('PATCH', path, { data: { b: 1 } }, { ...MERGE_PATCH, ...headers }),
    ],
    [
      'PATCH (JSON Patch)',
      200,
      (path, headers) =>
        haven.rest('PATCH', path, [{ op: 'add', path: '/data/b', value: 1 }], { ...JSON_PATCH, ...headers }),
    ],
    ['DELETE', 204, (path, headers) => haven.rest('DELETE', path, undefined, headers)],
  ];
  const holding = ['"1"', '"7", "1"', '"x","1"', '*', 'W/"2", "1"', 'W/"1"', 'W/"1", "2"'];
  const failing = ['"2"', 'W/"2"', '"01"', '"x"', '"4294967297"'];

  it.each(changes.flatMap(([name, status, change]) => holding.map((tags) => [name, tags, status, change] as const)))(
    '%s with %s at version 1 succeeds',
    async (_name, tags, status, change) => {
      const { id } = (await create({ a: 1 })).body;
      expect((await change(`${RECORDS}/${id}`, { 'if-match': tags })).status).toBe(status);
      expect(await versionOf(id)).toBe(2);
    },
  );

  it.each(changes.flatMap(([name, , change]) => failing.map((tags) => [name, tags, change] as const)))(
    '%s with %s at version 1 returns 412 with the current version',
    async (_name, tags, change) => {
      const { id } = (await create({ a: 1 })).body;
      const refused = await change(`${RECORDS}/${id}`, { 'if-match': tags });
      expect(refused.status).toBe(412);
      expect(refused.body).toMatchObject({ code: 'VERSION_CONFLICT', current: 1 });
      expect(refused.headers.get('etag')).toBe('"1"');
      expect(await versionOf(id)).toBe(1);
    },
  );

  it.each(['*', '"1"'])('%s fails for a missing record', async (tags) => {
    const id = randomUUID();
    const refused = await haven.rest('PUT', `${RECORDS}/${id}`, { data: {} }, { 'if-match': tags });
    expect([refused.status, refused.body.code, refused.body.current]).toEqual([412, 'VERSION_CONFLICT', undefined]);
    expect(refused.headers.get('etag')).toBeNull();
    expect(await haven.sql('SELECT 1 FROM haven.records WHERE id = $1', [id])).toEqual([]);
  });

  it('fails with the version of a deleted record', async () => {
    const { id } = (await create({})).body;
    await haven.rest('DELETE', `${RECORDS}/${id}`);
    expect((await haven.rest('PUT', `${RECORDS}/${id}`, { data: {} }, { 'if-match': '"2"' })).status).toBe(412);
    expect((await haven.rest('PUT', `${RECORDS}/${id}`, { data: {} }, { 'if-match': '*' })).status).toBe(412);
    expect(await versionOf(id)).toBe(2);
  });

  it('that is not a list of entity tags returns 400', async () => {
    const { id } = (await create({})).body;
    const refused = await haven.rest('PUT', `${RECORDS}/${id}`, { data: {} }, { 'if-match': '1' });
    expect([refused.status, refused.body.code]).toEqual([400, 'MALFORMED_REQUEST']);
  });

  it('applies to the settings of a collection with their revision', async () => {
    const refused = await haven.rest('PATCH', '/collections/films', { description: 'x' }, { 'if-match': '"2"' });
    expect([refused.status, refused.body.current, refused.headers.get('etag')]).toEqual([412, 1, '"1"']);
    const changed = await haven.rest('PATCH', '/collections/films', { description: 'x' }, { 'if-match': '"1"' });
    expect([changed.status, changed.body.revision, changed.headers.get('etag')]).toEqual([200, 2, '"2"']);
    expect((await haven.rest('DELETE', '/collections/films', undefined, { 'if-match': '"1"' })).status).toBe(412);
    expect((await haven.rest('DELETE', '/collections/films', undefined, { 'if-match': '"2"' })).status).toBe(204);
  });
});

describe('If-None-Match', () => {
  it('* creates a record only if it does not exist', async () => {
    const path = `${RECORDS}/${randomUUID()}`;
    expect((await haven.rest('PUT', path, { data: {} }, { 'if-none-match': '*' })).status).toBe(201);
    const refused = await haven.rest('PUT', path, { data: { a: 1 } }, { 'if-none-match': '*' });
    expect([refused.status, refused.body.code, refused.body.current]).toEqual([412, 'VERSION_CONFLICT', 1]);
    expect(refused.headers.get('etag')).toBe('"1"');
    expect((await haven.rest('GET', path)).body.data).toEqual({});
  });

  it.each(['"1"', 'W/"1"', '*', '"5", "1"'])('%s returns 304 without a body for a read of version 1', async (tags) => {
    const { id } = (await create({ a: 1 })).body;
    const read = await haven.rest('GET', `${RECORDS}/${id}`, undefined, { 'if-none-match': tags });
    expect([read.status, read.body, read.headers.get('etag')]).toEqual([304, '', '"1"']);
  });

  it.each(['"2"', 'W/"2"', '"x"'])('%s returns the body for a read of version 1', async (tags) => {
    const { id } = (await create({ a: 1 })).body;
    const read = await haven.rest('GET', `${RECORDS}/${id}`, undefined, { 'if-none-match': tags });
    expect([read.status, read.body.data]).toEqual([200, { a: 1 }]);
  });
});

describe('a collection that requires preconditions', () => {
  it('returns 428 for every change without one, except creations', async () => {
    await haven.rest('PATCH', '/collections/films', { requirePrecondition: true });
    const made = await create({ a: 1 });
    expect(made.status).toBe(201);
    const path = `${RECORDS}/${made.body.id}`;
    for (const refused of [
      await haven.rest('PUT', path, { data: {} }),
      await haven.rest('PATCH', path, { data: {} }),
      await haven.rest('PATCH', path, [], JSON_PATCH),
      await haven.rest('DELETE', path),
    ]) {
      expect([refused.status, refused.body.code]).toEqual([428, 'PRECONDITION_REQUIRED']);
    }
    expect(await versionOf(made.body.id)).toBe(1);
    expect((await haven.rest('PUT', path, { data: {} }, { 'if-match': '"1"' })).status).toBe(200);
    expect((await haven.rest('DELETE', path, undefined, { 'if-match': '*' })).status).toBe(204);
  });
});

it('applies exactly one of 20 concurrent changes of the same version', async () => {
  const { id } = (await create({ winner: null })).body;
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, winner) =>
      haven.rest('PATCH', `${RECORDS}/${id}`, { data: { winner } }, { ...MERGE_PATCH, 'if-match': '"1"' }),
    ),
  );
  const [won, ...others] = answers.filter(({ status }) => status === 200);
  expect(others).toEqual([]);
  expect(answers.filter(({ status }) => status === 412)).toHaveLength(19);
  for (const { body } of answers.filter(({ status }) => status === 412)) expect(body.current).toBe(2);
  expect((await haven.rest('GET', `${RECORDS}/${id}`)).body).toMatchObject({ version: 2, data: won?.body.data });
  expect(await haven.sql('SELECT version FROM haven.events WHERE record_id = $1 ORDER BY version', [id])).toEqual([
    { version: 1 },
    { version: 2 },
  ]);
});

it('loses none of 20 concurrent changes without a precondition', async () => {
  const { id } = (await create({})).body;
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, n) => haven.rest('PATCH', `${RECORDS}/${id}`, { data: { [`m${n}`]: n } })),
  );
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  const read = (await haven.rest('GET', `${RECORDS}/${id}`)).body;
  expect([read.version, Object.keys(read.data).length]).toEqual([21, 20]);
});

describe('concurrent creations of the same id', () => {
  it('by POST: one 201, the others 409 with the current version', async () => {
    const id = randomUUID();
    const answers = await Promise.all(Array.from({ length: 10 }, () => haven.rest('POST', RECORDS, { id, data: {} })));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, ...Array.from({ length: 9 }, () => 409)]);
    for (const { body } of answers.filter(({ status }) => status === 409))
      expect(body).toMatchObject({ code: 'ALREADY_EXISTS', current: 1 });
    expect(await versionOf(id)).toBe(1);
  });

  it('by PUT with If-None-Match: *: one 201, the others 412 with the current version', async () => {
    const id = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => haven.rest('PUT', `${RECORDS}/${id}`, { data: {} }, { 'if-none-match': '*' })),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, ...Array.from({ length: 9 }, () => 412)]);
    for (const { body, headers } of answers.filter(({ status }) => status === 412)) {
      expect(body).toMatchObject({ code: 'VERSION_CONFLICT', current: 1 });
      expect(headers.get('etag')).toBe('"1"');
    }
    expect(await versionOf(id)).toBe(1);
  });

  it('by PUT without a precondition: one 201, the others replace it', async () => {
    const id = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) => haven.rest('PUT', `${RECORDS}/${id}`, { data: { n } })),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([...Array.from({ length: 9 }, () => 200), 201]);
    expect(await versionOf(id)).toBe(10);
  });
});

describe('history', () => {
  it('lists the versions, newest first, including deletions, each with the patch from the previous one', async () => {
    const { id } = (await create({ a: 1, b: 2 })).body;
    const path = `${RECORDS}/${id}`;
    await haven.rest('PATCH', path, { data: { b: null, c: 3 } });
    await haven.rest('DELETE', path);
    await haven.rest('PUT', path, { data: { d: 4 } });
    const { body } = await haven.rest('GET', `${path}/history`);
    expect(body.items.map(({ version, type, data, actor }: any) => [version, type, data, actor])).toEqual([
      [4, 'record.created', { d: 4 }, 'tester'],
      [3, 'record.deleted', null, 'tester'],
      [2, 'record.updated', { a: 1, c: 3 }, 'tester'],
      [1, 'record.created', { a: 1, b: 2 }, 'tester'],
    ]);
    expect(body.items[3].patch).toBeNull();
    expect(applied({ data: { a: 1, b: 2 } }, body.items[2].patch)).toEqual({ data: { a: 1, c: 3 } });
    expect(body.items[1].patch).toEqual([{ op: 'remove', path: '/data' }]);
    expect(body.items[0].patch).toEqual([{ op: 'add', path: '/data', value: { d: 4 } }]);
    for (const { traceId } of body.items) expect(traceId).toMatch(/^[0-9a-f]{32}$/);
  });

  it('is paged, with the patch of each version on every page', async () => {
    const { id } = (await create({ n: 1 })).body;
    for (let n = 2; n <= 5; n++) await haven.rest('PUT', `${RECORDS}/${id}`, { data: { n } });
    const seen: [number, unknown][] = [];
    let after = '';
    do {
      const { body } = await haven.rest('GET', `${RECORDS}/${id}/history?limit=2${after}`);
      for (const { version, patch } of body.items) seen.push([version, patch?.[0].value ?? null]);
      after = body.nextCursor ? `&after=${encodeURIComponent(body.nextCursor)}` : '';
    } while (after !== '');
    expect(seen).toEqual([
      [5, 5],
      [4, 4],
      [3, 3],
      [2, 2],
      [1, null],
    ]);
  });
});

/** A random change to one of three records. */
interface Step {
  id: number;
  verb: 'create' | 'replace' | 'merge' | 'patch' | 'delete';
  member: string;
  value: JsonValue;
  /** Added to the record's current version to get the version in `If-Match`. If undefined, there is no such header. */
  stale: number | undefined;
}

const step: fc.Arbitrary<Step> = fc.record({
  id: fc.nat(2),
  verb: fc.constantFrom('create', 'replace', 'merge', 'merge', 'patch', 'delete'),
  member: fc.constantFrom('a', 'b', 'a/b', 'm~n', ''),
  value: fc.oneof(fc.integer(), fc.constantFrom<JsonValue>(null, true, 'é', [1, [2]], { x: { y: null } }, 0.1)),
  stale: fc.constantFrom(undefined, undefined, 0, 0, 1, -1),
});

it('keeps the row equal to the state computed from its events, for random changes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 20 }), async (steps) => {
      const model = new Map<string, { version: number; data: JsonObject | null }>();
      const ids = [randomUUID(), randomUUID(), randomUUID()];
      for (const { id: index, ...one } of steps) {
        const id = ids[index] ?? '';
        const before = model.get(id) ?? { version: 0, data: null };
        const after = expected(before, one);
        const answer = await take(id, one, before.version);
        expect([answer.status < 300, one.verb], JSON.stringify(answer.body)).toEqual([after !== null, one.verb]);
        expect(answer.status).toBeLessThan(500);
        if (after) model.set(id, after);
      }
      for (const id of ids) {
        const [row] = await haven.sql('SELECT version, data, created_at, updated_at FROM haven.records WHERE id = $1', [
          id,
        ]);
        const events = await haven.sql(
          'SELECT version, type, data, at FROM haven.events WHERE record_id = $1 ORDER BY version',
          [id],
        );
        expect(row).toEqual(fold(events));
        expect(row && { version: row.version, data: row.data }).toEqual(model.get(id));
        expect(events.map(({ version }) => version)).toEqual(events.map((_, index) => index + 1));
      }
    }),
    { numRuns: 25 },
  );
});

/**
 * Computes the row from the events, independently of Haven's code: it has the document of the last event, the time of
 * the last creation and the time of the last event.
 */
function fold(events: any[]): object | undefined {
  const last = events.at(-1);
  if (!last) return undefined;
  const made = events.findLast(({ type }) => type === 'record.created');
  return { version: last.version, data: last.data, created_at: made.at, updated_at: last.at };
}

function take(id: string, { verb, member, value, stale }: Omit<Step, 'id'>, version: number): Promise<ApiResponse> {
  const path = `${RECORDS}/${id}`;
  const headers: Record<string, string> = stale === undefined ? {} : { 'if-match': `"${version + stale}"` };
  const pointer = `/data/${member.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  if (verb === 'create') return haven.rest('POST', RECORDS, { id, data: { [member]: value } });
  if (verb === 'replace') return haven.rest('PUT', path, { data: { [member]: value } }, headers);
  if (verb === 'merge') return haven.rest('PATCH', path, { data: { [member]: value } }, { ...MERGE_PATCH, ...headers });
  if (verb === 'patch')
    return haven.rest('PATCH', path, [{ op: 'remove', path: pointer }], { ...JSON_PATCH, ...headers });
  return haven.rest('DELETE', path, undefined, headers);
}

/** Returns the expected record after a step, or null if the step must be rejected. */
function expected(
  { version, data }: { version: number; data: JsonObject | null },
  { verb, member, value, stale }: Omit<Step, 'id'>,
) {
  const matches = stale === undefined || (data !== null && stale === 0);
  const next = (document: JsonObject | null) => ({ version: version + 1, data: document });
  if (verb === 'create') return data ? null : next({ [member]: value });
  if (!matches) return null;
  if (verb === 'replace') return next({ [member]: value });
  if (!data) return null;
  if (verb === 'delete') return next(null);
  const { [member]: old, ...others } = data;
  if (verb === 'patch') return old === undefined ? null : next(others);
  if (value === null) return next(others);
  return next({ ...others, [member]: isJsonObject(value) ? merged(old, value) : value });
}

/** Implements MergePatch of RFC 7396 §2. */
function merged(target: JsonValue | undefined, patch: JsonObject): JsonObject {
  const result: JsonObject = isJsonObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = isJsonObject(value) ? merged(result[name], value) : value;
  }
  return result;
}

/** Applies a JSON Patch with a library that Haven itself does not use. */
function applied(document: object, patch: Operation[]): object {
  const errors = applyPatch(document, patch).filter((error) => error !== null);
  expect(errors).toEqual([]);
  return document;
}

function create(data: JsonObject): Promise<ApiResponse> {
  return haven.rest('POST', RECORDS, { data });
}

async function versionOf(id: string): Promise<number> {
  return (
    (await haven.sql<{ version: number }>('SELECT version FROM haven.records WHERE id = $1', [id]))[0]?.version ?? 0
  );
}
