import { beforeEach, describe, expect, it } from 'vitest';

import { startHaven } from '../support/haven.js';

const haven = startHaven();
const RECORDS = '/collections/films/records';

let path: string;

beforeEach(async () => {
  await haven.rest('POST', '/collections', { name: 'films' });
  const { body } = await haven.rest('POST', RECORDS, { data: { n: 1 } });
  path = `${RECORDS}/${body.id}`;
  await haven.rest('PATCH', path, { data: { n: 2, more: true } });
});

const restore = (version: unknown, headers: Record<string, string> = {}) =>
  haven.rest('POST', `${path}/restore`, { version }, headers);

describe('restore', () => {
  it('creates a new version with the data of an earlier one', async () => {
    const before = (await haven.rest('GET', path)).body;
    const { status, body, headers } = await restore(1);
    expect([status, body.version, headers.get('etag'), body.data]).toEqual([200, 3, '"3"', { n: 1 }]);
    expect(body.createdAt).toBe(before.createdAt);
    expect((await haven.rest('GET', path)).body).toEqual(body);
    const [last] = (await haven.rest('GET', `${path}/history`)).body.items;
    expect(last).toMatchObject({ version: 3, type: 'record.restored', data: { n: 1 } });
  });

  it('restores a deleted record with its original creation time', async () => {
    const before = (await haven.rest('GET', path)).body;
    await haven.rest('DELETE', path);
    const { status, body } = await restore(2);
    expect([status, body.version, body.data]).toEqual([200, 4, { n: 2, more: true }]);
    expect(body.createdAt).toBe(before.createdAt);
    expect((await haven.rest('GET', RECORDS)).body.items).toHaveLength(1);
  });

  it('restores a version from before a deletion and recreation', async () => {
    await haven.rest('DELETE', path);
    const again = (await haven.rest('PUT', path, { data: { life: 2 } })).body;
    const { body } = await restore(1);
    expect(body).toMatchObject({ version: 5, data: { n: 1 }, createdAt: again.createdAt });
  });

  it('can restore the current version, and a restored one', async () => {
    expect((await restore(2)).body).toMatchObject({ version: 3, data: { n: 2, more: true } });
    expect((await restore(3)).body).toMatchObject({ version: 4, data: { n: 2, more: true } });
  });

  it.each([3, 9, 2 ** 31 - 2])('does not find version %i', async (version) => {
    expect((await restore(version)).body).toMatchObject({ code: 'NOT_FOUND', status: 404 });
  });

  it('does not find a document in the version of a deletion', async () => {
    await haven.rest('DELETE', path);
    expect((await restore(3)).body).toMatchObject({ code: 'NOT_FOUND', status: 404 });
  });

  it('does not find a record that never existed', async () => {
    path = `${RECORDS}/00000000-0000-4000-8000-000000000001`;
    expect((await restore(1)).body).toMatchObject({ code: 'NOT_FOUND', status: 404 });
    path = `${RECORDS}/x`;
    expect((await restore(1)).body).toMatchObject({ code: 'NOT_FOUND', status: 404 });
  });

  it.each([undefined, null, 0, -1, 1.5, '1', true, 2 ** 31])('rejects version %j', async (version) => {
    const { status, body } = await restore(version);
    expect([status, body.code, body.errors?.[0]?.pointer]).toEqual([422, 'VALIDATION_FAILED', '/version']);
  });

  it('rejects data that violates the current schema', async () => {
    await haven.rest('PATCH', '/collections/films', { schema: { required: ['more'] } });
    const { status, body } = await restore(1);
    expect([status, body.code, body.errors[0].pointer]).toEqual([422, 'SCHEMA_VIOLATION', '/data/more']);
    expect((await haven.rest('GET', path)).body.version).toBe(2);
  });

  it('respects If-Match, and requires it with requirePrecondition', async () => {
    expect((await restore(1, { 'if-match': '"1"' })).body).toMatchObject({ code: 'VERSION_CONFLICT', current: 2 });
    await haven.rest('PATCH', '/collections/films', { requirePrecondition: true });
    expect((await restore(1)).body.code).toBe('PRECONDITION_REQUIRED');
    expect((await restore(1, { 'if-match': '"2"' })).body.version).toBe(3);
  });

  it('loses no version when many clients restore concurrently', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => restore((n % 2) + 1)));
    expect(answers.map(({ body }) => body.version).toSorted((a, b) => a - b)).toEqual([
      3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
    ]);
  });
});

describe('one version', () => {
  it('equals its entry in the history', async () => {
    await haven.rest('DELETE', path);
    const { items } = (await haven.rest('GET', `${path}/history`)).body;
    for (const item of items) expect((await haven.rest('GET', `${path}/history/${item.version}`)).body).toEqual(item);
    expect(items.map(({ patch }: any) => patch)).toEqual([
      [{ op: 'remove', path: '/data' }],
      [{ op: 'replace', path: '/data', value: { n: 2, more: true } }],
      null,
    ]);
  });

  it('has the creation time of the record', async () => {
    const record = (await haven.rest('GET', path)).body;
    const { items } = (await haven.rest('GET', `${path}/history`)).body;
    expect(items.map(({ createdAt }: any) => createdAt)).toEqual([record.createdAt, record.createdAt]);
  });

  it.each(['3', '0', '01', '-1', '1.5', 'x', '99999999999'])('%s is not found', async (version) => {
    expect((await haven.rest('GET', `${path}/history/${version}`)).body).toMatchObject({
      code: 'NOT_FOUND',
      status: 404,
    });
  });

  it('has no patch if the previous version was pruned', async () => {
    await haven.rest('PATCH', path, { data: { n: 3 } });
    await haven.sql('ALTER TABLE haven.events NO FORCE ROW LEVEL SECURITY');
    await haven.sql('DELETE FROM haven.events WHERE tenant_id = $1 AND version = 2', [haven.tenant]);
    await haven.sql('ALTER TABLE haven.events FORCE ROW LEVEL SECURITY');
    expect((await haven.rest('GET', `${path}/history/3`)).body.patch).toBeNull();
    const { items } = (await haven.rest('GET', `${path}/history`)).body;
    expect(items.map(({ version, patch }: any) => [version, patch])).toEqual([
      [3, null],
      [1, null],
    ]);
    expect((await haven.rest('GET', `${path}/history/2`)).status).toBe(404);
    expect((await restore(2)).status).toBe(404);
  });
});
