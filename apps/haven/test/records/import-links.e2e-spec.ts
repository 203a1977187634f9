import { randomUUID } from 'node:crypto';

import { beforeEach, describe, expect, it } from 'vitest';

import { LinkTargets } from '../../../../libs/records/src/domain/link-targets.js';
import { startHaven } from '../support/haven.js';

const haven = startHaven(['limits.importBatch=3']);
const NOBODY = '00000000-0000-4000-8000-000000000000';
const link = (collection: string) => ({ type: ['string', 'null'], 'x-haven-ref': { collection } });

/** Returns a valid id for a number. */
const id = (n: number) => `018f3b5e-7c1a-7000-8000-${String(n).padStart(12, '0')}`;
const lines = (...values: object[]) => values.map((value) => JSON.stringify(value)).join('\n');
const load = (body: string, query = 'shape=record', headers: Record<string, string> = {}) =>
  haven.rest('POST', `/collections/parts/import?${query}`, body, {
    'content-type': 'application/x-ndjson',
    ...headers,
  });
const part = (n: number, parent: number | null, more: object = {}) => ({
  id: id(n),
  data: { ...(parent !== null && { parent: id(parent) }), ...more },
});
const stored = async (): Promise<string[]> =>
  (await haven.rest('GET', '/collections/parts/records?limit=500')).body.items
    .map((record: any) => record.id)
    .toSorted();
const broken = ({ body }: { body: any }): [number, string][] =>
  body.errors.map(({ line, code, pointer }: any) => {
    expect(code).toBe('REFERENCE_BROKEN');
    return [line, pointer];
  });
const makers = async (): Promise<string> =>
  (await haven.rest('POST', '/collections/makers/records', { data: {} })).body.id;

beforeEach(async () => {
  expect((await haven.rest('POST', '/collections', { name: 'makers' })).status).toBe(201);
  const properties = {
    parent: link('parts'),
    maker: link('makers'),
    uses: { type: 'array', items: { 'x-haven-ref': { collection: 'parts' } } },
  };
  const settings = { schema: { type: 'object', properties }, indexes: [{ path: 'code', unique: true }] };
  const { status, body } = await haven.rest('POST', '/collections', { name: 'parts', ...settings });
  expect(status, JSON.stringify(body)).toBe(201);
});

/** The three ways in which lines are written. All lines of the last two are written at once. */
const MODES: [string, string, Record<string, string>][] = [
  ['in batches', '', {}],
  ['atomic', '&atomic=true', {}],
  ['with an Idempotency-Key', '', { 'idempotency-key': '"import"' }],
];

/** Gives each request an `Idempotency-Key` of its own. */
const withNewKey = (headers: Record<string, string>): Record<string, string> =>
  'idempotency-key' in headers ? { 'idempotency-key': `"${randomUUID()}"` } : headers;

describe.each(MODES)('an import %s', (_, query, headers) => {
  const send = (...values: object[]) => load(lines(...values), `shape=record${query}`, withNewKey(headers));

  it('stores records that link to each other in any order, to themselves and in cycles', async () => {
    const report = await send(part(1, 2), part(2, 1), part(3, 3, { uses: [id(1), id(3)] }));
    expect(report.body).toMatchObject({ imported: 3, failed: 0 });
    const more = await send(part(4, 3), part(3, 4), part(5, null, { parent: null, maker: null }));
    expect(more.body).toMatchObject({ imported: 3, failed: 0 });
  });

  it('checks only links that the replaced record does not have', async () => {
    await haven.rest('PATCH', '/collections/parts', { schema: null });
    const old = { parent: NOBODY, uses: [NOBODY, 'x'] };
    await haven.rest('PUT', `/collections/parts/records/${id(1)}`, { data: old });
    const properties = {
      parent: link('parts'),
      uses: { type: 'array', items: { 'x-haven-ref': { collection: 'parts' } } },
    };
    const changed = await haven.rest('PATCH', '/collections/parts', { enforce: 'new', schema: { properties } });
    expect(changed.status, JSON.stringify(changed.body)).toBe(200);
    const report = await send({ id: id(1), data: { ...old, n: 1 } });
    expect(report.body).toMatchObject({ updated: 1, failed: 0 });
  });

  it('uses the last line with an id', async () => {
    const report = await send(part(1, 9), part(2, 1), part(1, null));
    expect(report.body).toMatchObject({ imported: 2, failed: 0 });
  });
});

describe('an import in batches', () => {
  it('refuses links to no record, and lines that link to refused ones, until the others are complete', async () => {
    const report = await load(
      lines(
        part(1, 2), // leads to a refused line
        part(2, null, { maker: NOBODY }),
        part(3, null, { uses: [id(3), NOBODY, 'x'] }),
        part(4, null, { maker: await makers() }),
        part(5, 4), // in the batch before
        part(6, 7), // in the batch after
        part(7, null),
      ),
    );
    expect(report.body).toMatchObject({ imported: 3, failed: 4 });
    expect(broken(report)).toEqual([
      [1, '/data/parent'],
      [2, '/data/maker'],
      [3, '/data/uses/2'],
      [6, '/data/parent'],
    ]);
    expect(await stored()).toEqual([id(4), id(5), id(7)]);
  });

  it('refuses lines that link to one whose value another record holds', async () => {
    await load(lines(part(9, null, { code: 'taken' })));
    const report = await load(lines(part(1, 2), part(2, null, { code: 'taken' }), part(3, null, { code: 'free' })));
    expect(report.body.errors.map(({ line, code }: any) => [line, code])).toEqual([
      [1, 'REFERENCE_BROKEN'],
      [2, 'UNIQUE_VIOLATION'],
    ]);
    expect(await stored()).toEqual([id(3), id(9)]);
  });

  it('keeps links to a live record whose own line is refused', async () => {
    await load(lines(part(1, null)));
    const report = await load(lines(part(1, null, { maker: NOBODY }), part(2, 1)));
    expect(report.body).toMatchObject({ imported: 1, failed: 1 });
    expect(broken(report)).toEqual([[1, '/data/maker']]);
  });

  it('names the members of documents and of CSV without /data, also with upsertBy', async () => {
    const document = { code: 'a', maker: NOBODY };
    expect(broken(await load(lines(document), 'shape=document'))).toEqual([[1, '/maker']]);
    expect(broken(await load(lines(document), 'upsertBy=code'))).toEqual([[1, '/maker']]);
    const csv = { 'content-type': 'text/csv' };
    const body = `code,maker\na,${await makers()}\nb,${NOBODY}\nc,\n`;
    expect(broken(await load(body, '', csv))).toEqual([[3, '/maker']]);
    const keyed = await load(body, 'upsertBy=code', { ...csv, 'idempotency-key': '"csv"' });
    expect([broken(keyed), keyed.body.updated]).toEqual([[[3, '/maker']], 2]);
  });

  it('refuses all links to a collection that another process has deleted', async () => {
    const maker = await makers();
    await haven.sql("UPDATE haven.collections SET deleted_at = now() WHERE tenant_id = $1 AND name = 'makers'", [
      haven.tenant,
    ]);
    const values = [part(1, null, { maker }), part(2, null)];
    expect(broken(await load(lines(...values)))).toEqual([[1, '/data/maker']]);
    const keyed = await load(lines(...values), 'shape=record', { 'idempotency-key': '"gone"' });
    expect(broken(keyed)).toEqual([[1, '/data/maker']]);
  });
});

describe('an atomic import', () => {
  it('is refused with the first line whose link leads to no record, and stores nothing', async () => {
    const { status, body } = await load(
      lines(part(1, 5), part(2, 1), part(3, null), part(4, 7), part(5, null), part(6, null, { maker: NOBODY })),
      'shape=record&atomic=true',
    );
    expect([status, body.code, body.errors]).toEqual([
      422,
      'REFERENCE_BROKEN',
      [expect.objectContaining({ pointer: '/data/parent' })],
    ]);
    expect(body.detail).toMatch(/^Line 4: /);
    expect(await stored()).toEqual([]);
  });
});

describe('an import with an Idempotency-Key', () => {
  const keyed = { 'idempotency-key': '"keyed"' };

  it('refuses a chain of lines whose end leads to no record, and those that a refused value breaks', async () => {
    await load(lines(part(90, null, { code: 'taken' })));
    const chain = Array.from({ length: 12 }, (_, n) => part(n + 1, n + 2));
    const report = await load(
      lines(
        ...chain, // 1 links to 2, and so on; 13 does not exist
        part(20, 21),
        part(21, 22, { maker: await makers() }),
        part(22, null, { code: 'taken' }),
        part(30, 90),
      ),
      'shape=record',
      keyed,
    );
    expect(report.body).toMatchObject({ imported: 1, failed: 15 });
    expect(report.body.errors.filter(({ code }: any) => code === 'UNIQUE_VIOLATION')).toMatchObject([{ line: 15 }]);
    const links = report.body.errors.filter(({ code }: any) => code === 'REFERENCE_BROKEN');
    expect(links.map(({ line, pointer }: any) => [line, pointer])).toEqual(
      Array.from({ length: 14 }, (_, n) => [n + 1, '/data/parent']),
    );
    expect(await stored()).toEqual([id(30), id(90)]);
  });
});

it.each(MODES)('locks the targets of an import %s until it is committed', async (_, query, headers) => {
  const maker = await makers();
  const targets = haven.app.get(LinkTargets, { strict: false });
  const { lock } = targets;
  let deletion: Promise<{ status: number; body: any }> | undefined;
  // Starts the deletion as soon as the target is locked.
  targets.lock = async (all) => {
    const missing = await lock.call(targets, all);
    deletion ??= haven.rest('DELETE', `/collections/makers/records/${maker}`);
    await expect
      .poll(() =>
        haven.sql("SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"),
      )
      .not.toEqual([]);
    return missing;
  };
  try {
    expect((await load(lines(part(1, null, { maker })), `shape=record${query}`, headers)).body.imported).toBe(1);
  } finally {
    targets.lock = lock;
  }
  const refused = await deletion;
  expect([refused?.status, refused?.body.code]).toEqual([409, 'RECORD_REFERENCED']);
});
