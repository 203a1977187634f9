import { beforeEach, describe, expect, it } from 'vitest';

import { startHaven } from '../support/haven.js';
import type { ApiResponse } from '../support/haven.js';

const haven = startHaven(['limits.batchOperations=5']);
const TASKS = '/collections/tasks';

const post = (path: string, body: object, headers = {}) => haven.rest('POST', path, body, headers);
const update = (body: object, headers = {}) => post(`${TASKS}/update`, body, headers);
const remove = (body: object) => post(`${TASKS}/delete`, body);
const ids: string[] = [];

/** Returns the data and versions of all tasks, in the order in which they were created. */
async function tasks(): Promise<unknown[]> {
  const { items } = (await haven.rest('GET', `${TASKS}/records?sort=$createdAt`)).body;
  return items.map(({ data, version }: any) => [data, version]);
}

beforeEach(async () => {
  const properties = { n: { type: 'integer', maximum: 100 } };
  await post('/collections', { name: 'tasks', indexes: ['done'], schema: { type: 'object', properties } });
  ids.length = 0;
  for (const n of [1, 2, 3]) {
    ids.push((await post(`${TASKS}/records`, { data: { n, done: n > 1 } })).body.id);
  }
});

describe('a change by filter', () => {
  it('gives each record that matches a new version with an event', async () => {
    const { status, body } = await update({ filter: { done: true }, data: { done: null, archived: true } });
    const records = [ids[1], ids[2]].toSorted().map((id) => ({ id, version: 2 }));
    expect([status, body]).toEqual([200, { changed: 2, records }]);
    expect(await tasks()).toEqual([
      [{ n: 1, done: false }, 1],
      [{ n: 2, archived: true }, 2],
      [{ n: 3, archived: true }, 2],
    ]);
    const { items } = (await haven.rest('GET', `${TASKS}/records/${ids[1]}/history`)).body;
    expect(items.map(({ type, version }: any) => [type, version])).toEqual([
      ['record.updated', 2],
      ['record.created', 1],
    ]);
  });

  it('can be a JSON Patch, which is applied to each record', async () => {
    const operations = [
      { op: 'test', path: '/data/done', value: true },
      { op: 'move', from: '/data/n', path: '/data/number' },
    ];
    expect((await update({ filter: { done: true }, operations })).body.changed).toBe(2);
    expect((await tasks())[1]).toEqual([{ number: 2, done: true }, 2]);
  });

  it('can be a deletion, after which the records can be restored', async () => {
    expect((await remove({ filter: { n: { _gte: 2 } } })).body.records).toHaveLength(2);
    expect(await tasks()).toHaveLength(1);
    expect((await post(`${TASKS}/records/${ids[1]}/restore`, { version: 1 })).body.data).toEqual({ n: 2, done: true });
  });

  it('changes all records or none', async () => {
    const before = await tasks();
    for (const [body, code] of [
      [{ filter: {}, operations: [{ op: 'test', path: '/data/n', value: 1 }] }, 'PATCH_TEST_FAILED'],
      [{ filter: {}, data: { n: 101 } }, 'SCHEMA_VIOLATION'],
    ] as const) {
      const response = await update(body);
      expect(response.body).toMatchObject({ code, detail: expect.stringMatching(/^Record [0-9a-f-]{36}: /) });
      expect(response.headers.get('etag')).toBeNull();
    }
    expect(await tasks()).toEqual(before);
  });

  it('is refused with the count if more records match than the limit', async () => {
    const detail = (count: number, limit: number) =>
      expect.stringMatching(`is ${limit} .*, but ${count} records match`);
    expect((await update({ filter: {}, data: {}, limit: 2 })).body).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      detail: detail(3, 2),
      errors: [{ pointer: '/limit' }],
    });
    for (const n of [4, 5, 6, 7]) await post(`${TASKS}/records`, { data: { n } });
    expect((await remove({ filter: {} })).body).toMatchObject({ code: 'LIMIT_EXCEEDED', detail: detail(7, 5) });
    expect(await tasks()).toHaveLength(7);
  });

  it('is executed once with an idempotency key', async () => {
    const send = () => update({ filter: {}, data: { again: true } }, { 'idempotency-key': 'once' });
    const [first, second] = [await send(), await send()];
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    expect((await tasks()).map((task: any) => task[1])).toEqual([2, 2, 2]);
  });

  it('is a dry run if its body says so', async () => {
    const before = await tasks();
    const { body } = await update({ filter: { n: 1 }, data: { n: 9 }, dryRun: true });
    expect(body).toMatchObject({
      changed: 1,
      records: [{ id: ids[0], version: 2 }],
      dryRun: {
        changes: [{ id: ids[0], patch: [{ op: 'replace', path: '/data/n', value: 9 }] }],
        count: 1,
        predicted: ['/records/0/version'],
      },
    });
    const { errors } = (await update({ filter: {}, data: { n: 'x' }, dryRun: true })).body;
    expect(errors.map(({ detail }: any) => detail.slice(0, 43)).toSorted()).toEqual(
      ids.map((id) => `Record ${id}`).toSorted(),
    );
    expect(await tasks()).toEqual(before);
  });

  it.each([
    [{ filter: {}, data: {}, dryRun: 'yes' }, '/dryRun'],
    [{ filter: {}, data: [] }, '/data'],
    [{ filter: {}, data: null }, '/data'],
    [{ data: {} }, '/filter'],
    [{ filter: {}, data: {}, limit: 1.5 }, '/limit'],
    [{ filter: {}, data: {}, more: 1 }, '/more'],
    [{ filter: { n: 0 }, operations: 'none match' }, '/operations'],
    [{ filter: { n: 0 }, operations: [{ op: 'fly', path: '/data' }] }, '/operations/0/op'],
  ])('is refused for %j', async (body, pointer) => {
    const response = await update(body);
    expect([response.status, response.body.errors?.[0].pointer]).toEqual([422, pointer]);
  });

  it('is charged for each record, like a batch', async () => {
    const left = ({ headers }: ApiResponse) => Number(/"tenant";r=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1]);
    const operations = ids.map((id) => ({ op: 'patch', collection: 'tasks', id, data: { n: 1 } }));
    const start = left(await post('/batch', { operations: [] }));
    const afterBatch = left(await post('/batch', { operations }));
    const afterUpdate = left(await update({ filter: {}, data: { n: 2 } }));
    expect(start - afterBatch).toBe(afterBatch - afterUpdate);
  });
});

describe('a race', () => {
  /** Sends a change while another transaction holds the rows, and commits that one once the change waits for them. */
  async function whileLocked(sql: string, values: unknown[], send: () => Promise<ApiResponse>): Promise<ApiResponse> {
    await haven.sql('BEGIN');
    await haven.sql(sql, values);
    const response = send();
    const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
    while ((await haven.sql(waiting)).length === 0);
    await haven.sql('COMMIT');
    return response;
  }

  it('does not change a record that no longer matches once it is locked', async () => {
    const { body } = await whileLocked(
      `UPDATE haven.records SET data = jsonb_set(data, '{done}', 'false') WHERE id = $1`,
      [ids[1]],
      () => update({ filter: { done: true }, data: { seen: true } }),
    );
    expect(body.records).toEqual([{ id: ids[2], version: 2 }]);
  });

  it('neither loses a concurrent patch nor breaks the chain of versions', async () => {
    const patches = Array.from({ length: 30 }, (_, n) =>
      haven.rest('PATCH', `${TASKS}/records/${ids[n % 3]}`, { data: { [`p${n}`]: n } }),
    );
    const updates = Array.from({ length: 10 }, (_, n) => update({ filter: { done: true }, data: { [`u${n}`]: n } }));
    const responses = await Promise.all([...patches, ...updates]);
    expect(responses.map(({ status }) => status)).toEqual(responses.map(() => 200));
    for (const [index, id] of ids.entries()) {
      const { data, version } = (await haven.rest('GET', `${TASKS}/records/${id}`)).body;
      const changes = index === 0 ? 10 : 20;
      expect([version, Object.keys(data)]).toEqual([
        1 + changes,
        expect.toSatisfy(({ length }) => length === 2 + changes),
      ]);
      const versions = await haven.sql('SELECT version FROM haven.events WHERE record_id = $1 ORDER BY 1', [id]);
      expect(versions.map((row) => row.version)).toEqual(Array.from({ length: version }, (_, n) => n + 1));
    }
  });

  it('with deletions by filter ends without an error, and deletes each record once', async () => {
    const responses = await Promise.all(Array.from({ length: 6 }, () => remove({ filter: { n: { _gte: 1 } } })));
    expect(responses.map(({ status }) => status)).toEqual(responses.map(() => 200));
    expect(responses.reduce((total, { body }) => total + body.changed, 0)).toBe(3);
  });
});
