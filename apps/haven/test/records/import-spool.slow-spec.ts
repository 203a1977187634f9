import { randomUUID } from 'node:crypto';

import { beforeEach, expect, it, vi } from 'vitest';

import { MaintenanceScheduler } from '@haven/events';

import { startHaven } from '../support/haven.js';

const haven = startHaven(['limits.importBatch=2', 'upkeep.interval=24h', 'connections.transferTimeout=10m']);
const FILMS = '/collections/films';
const NDJSON = { 'content-type': 'application/x-ndjson' };

/** An import whose lines the test sends one after another. */
interface SlowImport {
  send(lines: string): Promise<void>;
  end(): Promise<Response>;
  abort(): void;
}

async function startImport(query = '?atomic=true', headers: Record<string, string> = {}): Promise<SlowImport> {
  const { readable, writable } = new TransformStream<Uint8Array>();
  const writer = writable.getWriter();
  const abort = new AbortController();
  const answer = fetch(`${haven.url}/api/v1${FILMS}/import${query}`, {
    method: 'POST',
    body: readable,
    duplex: 'half',
    headers: { ...(await haven.as(haven.tenant)), ...NDJSON, ...headers },
    signal: abort.signal,
  } as RequestInit); // the type of RequestInit lacks `duplex`
  answer.catch(() => undefined);
  return {
    send: (lines) => writer.write(Buffer.from(lines)),
    end: async () => {
      await writer.close();
      return answer;
    },
    abort: () => abort.abort(),
  };
}

const spooled = async (): Promise<number> => {
  const [row] = await haven.sql('SELECT count(*)::integer AS lines FROM haven.import_lines WHERE tenant_id = $1', [
    haven.tenant,
  ]);
  return row.lines;
};
const expectSpooled = (lines: number) =>
  vi.waitFor(async () => expect(await spooled()).toBe(lines), { timeout: 20_000 });
const imports = () => haven.sql('SELECT id FROM haven.imports WHERE tenant_id = $1', [haven.tenant]);
const stored = async (): Promise<any[]> => (await haven.rest('GET', `${FILMS}/records?limit=500`)).body.items;
const runMaintenance = () => haven.app.get(MaintenanceScheduler, { strict: false }).runAll();

beforeEach(async () => {
  expect((await haven.rest('POST', '/collections', { name: 'films' })).status).toBe(201);
});

it('holds no connection while the lines arrive, whether it is atomic or has a key', async () => {
  const keys = Array.from({ length: 6 }, () => ({ 'idempotency-key': randomUUID() }));
  const running = await Promise.all([
    ...Array.from({ length: 6 }, () => startImport()),
    ...keys.map((key) => startImport('', key)),
  ]);
  await Promise.all(running.map((one) => one.send('{"n":1}\n{"n":2}\n{"n":3}\n')));
  await expectSpooled(24);
  await vi.waitFor(async () => {
    const [row] = await haven.sql(
      `SELECT count(*)::integer AS open FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
         AND backend_type = 'client backend'`,
    );
    expect(row.open).toBe(0);
  }, 20_000);
  expect(await stored()).toEqual([]);
  expect((await haven.rest('GET', '/usage')).body.bytes.used).toBeGreaterThan(0);
  const answers = await Promise.all(running.map((one) => one.end()));
  for (const answer of answers) expect(await answer.json()).toMatchObject({ imported: 3, created: 3, failed: 0 });
  expect(await stored()).toHaveLength(36);
  expect([await spooled(), await imports()]).toEqual([0, []]);
});

it('leaves no lines if the client disconnects or a line is invalid', async () => {
  const broken = await startImport();
  await broken.send('{"n":1}\n{"n":2}\n{"n":3}\n');
  await expectSpooled(2);
  broken.abort();
  await expectSpooled(0);
  const invalid = await haven.rest('POST', `${FILMS}/import?atomic=true`, '{"n":1}\n{"n":2}\n{"n":', NDJSON);
  expect(invalid).toMatchObject({ status: 400, body: { code: 'MALFORMED_JSON' } });
  expect(invalid.body.detail).toContain('Line 3');
  expect([await spooled(), await imports(), await stored()]).toEqual([0, [], []]);
});

it('removes the lines of a process that has ended, and fails if they were removed by mistake', async () => {
  const running = await startImport();
  await running.send('{"n":1}\n{"n":2}\n');
  await expectSpooled(2);
  await runMaintenance();
  expect(await spooled()).toBe(2);
  await haven.sql("UPDATE haven.imports SET touched_at = now() - interval '6 minutes'");
  await runMaintenance();
  expect([await spooled(), await imports()]).toEqual([0, []]);
  const answer = await running.end();
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
  expect(await stored()).toEqual([]);
});

it('is refused as soon as its lines exceed the quota of bytes, and other writes count them', async () => {
  await haven.sql(
    `INSERT INTO haven.tenants (id, name, state, revision, created_at, updated_at, quotas)
     VALUES ($1, $1::uuid::text, 'active', 1, now(), now(), '{"bytes": 1000}')
     ON CONFLICT (id) DO UPDATE SET quotas = excluded.quotas`,
    [haven.tenant],
  );
  const line = `{"text":"${'x'.repeat(400)}"}\n`;
  const running = await startImport();
  await running.send(line + line);
  await expectSpooled(2);
  const other = await haven.rest('POST', `${FILMS}/records`, { data: { text: 'x'.repeat(400) } });
  expect(other).toMatchObject({ status: 403, body: { code: 'QUOTA_EXCEEDED' } });
  await running.send(line + line);
  const answer = await running.end();
  expect([answer.status, await answer.json()]).toMatchObject([403, { code: 'QUOTA_EXCEEDED' }]);
  await expectSpooled(0);
});

it('validates the lines again if the schema changes while they arrive', async () => {
  const lines = '{"n":1}\n{"n":"x"}\n{"n":3}\n';
  const atomic = await startImport();
  const keyed = await startImport('', { 'idempotency-key': 'load' });
  await Promise.all([atomic.send(lines), keyed.send(lines)]);
  await expectSpooled(4);
  await haven.rest('PATCH', FILMS, { schema: { properties: { n: { type: 'integer' } } } });
  const answer = await atomic.end();
  expect([answer.status, await answer.json()]).toMatchObject([
    422,
    { detail: 'Line 2: /n: `n` must be integer.', errors: [{ pointer: '/n' }] },
  ]);
  expect(await (await keyed.end()).json()).toMatchObject({ imported: 2, failed: 1, errors: [{ line: 2 }] });
});

it('replaces records, also deleted ones, with the last line of each id', async () => {
  const [living, deleted, fresh] = [randomUUID(), randomUUID(), randomUUID()];
  for (const id of [living, deleted]) await haven.rest('PUT', `${FILMS}/records/${id}`, { data: { n: 0 } });
  await haven.rest('DELETE', `${FILMS}/records/${deleted}`);
  const lines = [living, deleted, fresh, living].map((id, n) => JSON.stringify({ id, data: { n } })).join('\n');
  const { body } = await haven.rest('POST', `${FILMS}/import?atomic=true&shape=record`, lines, NDJSON);
  expect(body).toMatchObject({ imported: 3, created: 2, updated: 1 });
  const versions = new Map((await stored()).map(({ id, version, data }) => [id, [version, data.n]]));
  expect(versions).toEqual(
    new Map([
      [living, [2, 3]],
      [deleted, [3, 1]],
      [fresh, [1, 2]],
    ]),
  );
  await haven.rest('PATCH', FILMS, { requirePrecondition: true });
  const refused = await haven.rest('POST', `${FILMS}/import?atomic=true&shape=record`, lines, NDJSON);
  expect(refused).toMatchObject({ status: 428, body: { code: 'PRECONDITION_REQUIRED' } });
  expect(refused.body.detail).toContain('Line 2');
});

it('executes one of two concurrent requests with the same key, and replays its response to the other', async () => {
  const both: SlowImport[] = [];
  for (const spooledLines of [2, 4]) {
    const one = await startImport('', { 'idempotency-key': 'once' });
    both.push(one);
    await one.send('{"n":1}\n{"n":2}\n');
    await expectSpooled(spooledLines); // the request has claimed the key; two at the same moment would conflict
  }
  const [first, second] = [await both[0]!.end(), await both[1]!.end()];
  expect([first.headers.get('idempotency-replayed'), second.headers.get('idempotency-replayed')]).toEqual([
    null,
    'true',
  ]);
  expect(await second.json()).toEqual(await first.json());
  expect(await stored()).toHaveLength(2);
  expect(await spooled()).toBe(0);
});

it('adds the defaults of the schema that is in force when the lines are written, with the time of their events', async () => {
  const time = { type: 'string', format: 'date-time', 'x-haven-default': '$now' };
  await haven.rest('PATCH', FILMS, { schema: { properties: { addedAt: time } } });
  const running = await startImport('', { 'idempotency-key': 'defaults' });
  await running.send('{"n":1}\n{"n":2,"addedAt":"2020-01-01T00:00:00Z"}\n');
  await expectSpooled(2);
  const properties = { addedAt: time, checkedAt: time, state: { enum: ['new'], 'x-haven-default': 'new' } };
  const changed = await haven.rest('PATCH', FILMS, { schema: { required: ['state'], properties } });
  expect(changed.status, JSON.stringify(changed.body)).toBe(200);
  await running.send('{"n":3,"state":"new"}\n{"n":4,"state":"old"}\n');
  const report = await (await running.end()).json();
  expect(report).toMatchObject({ imported: 3, failed: 1, errors: [{ line: 4, code: 'ENUM', pointer: '/state' }] });
  const records = (await stored()).toSorted((one, other) => one.data.n - other.data.n);
  for (const { data, updatedAt } of records) {
    const addedAt = data.n === 2 ? '2020-01-01T00:00:00Z' : updatedAt;
    expect(data).toEqual({ n: data.n, state: 'new', addedAt, checkedAt: updatedAt });
  }
});

it('refuses links to records that are deleted while the lines arrive, and finds those that are created', async () => {
  await haven.rest('POST', '/collections', { name: 'makers' });
  await haven.rest('PATCH', FILMS, { schema: { properties: { maker: { 'x-haven-ref': { collection: 'makers' } } } } });
  const [gone, added] = [randomUUID(), randomUUID()];
  await haven.rest('PUT', `/collections/makers/records/${gone}`, { data: {} });
  const running = await startImport('', { 'idempotency-key': 'links' });
  await running.send(`{"maker":"${gone}"}\n{"maker":"${added}"}\n`);
  await expectSpooled(2);
  await haven.rest('DELETE', `/collections/makers/records/${gone}`);
  await haven.rest('PUT', `/collections/makers/records/${added}`, { data: {} });
  const report = await (await running.end()).json();
  expect(report).toMatchObject({ imported: 1, errors: [{ line: 1, code: 'REFERENCE_BROKEN', pointer: '/maker' }] });
  expect((await stored()).map(({ data }) => data)).toEqual([{ maker: added }]);
});

it('leaves no link without a record while others delete the targets', async () => {
  await haven.rest('POST', '/collections', { name: 'makers' });
  await haven.rest('PATCH', FILMS, { schema: { properties: { maker: { 'x-haven-ref': { collection: 'makers' } } } } });
  const makers = Array.from({ length: 24 }, () => randomUUID());
  for (const maker of makers) await haven.rest('PUT', `/collections/makers/records/${maker}`, { data: {} });
  const statuses = new Map<string, number>();
  const count = (what: string, status: number) =>
    statuses.set(`${what} ${status}`, (statuses.get(`${what} ${status}`) ?? 0) + 1);
  const importer = async (query: string, keyed: boolean): Promise<void> => {
    for (const maker of makers) {
      const headers = { ...NDJSON, ...(keyed && { 'idempotency-key': randomUUID() }) };
      const body = `{"maker":"${maker}"}\n{"maker":null}`;
      const { status } = await haven.rest('POST', `${FILMS}/import${query}`, body, headers);
      expect(status).toBeLessThan(500);
      count('import', status);
    }
  };
  // Meets the importers in the middle.
  const deleter = async (): Promise<void> => {
    for (const maker of makers.toReversed()) {
      const { status } = await haven.rest('DELETE', `/collections/makers/records/${maker}`);
      expect(status).toBeLessThan(500);
      count('delete', status);
    }
  };
  await Promise.all([importer('', false), importer('?atomic=true', false), importer('', true), deleter()]);
  const links = await haven.sql(
    `SELECT m.data IS NOT NULL AS exists, count(*)::integer FROM haven.records AS f
     LEFT JOIN haven.records AS m ON m.tenant_id = f.tenant_id AND m.id = (f.data ->> 'maker')::uuid
     WHERE f.tenant_id = $1 AND f.data ->> 'maker' IS NOT NULL GROUP BY 1`,
    [haven.tenant],
  );
  expect(links).toEqual([{ exists: true, count: expect.any(Number) }]);
  expect([...statuses.keys()]).toEqual(expect.arrayContaining(['import 200', 'delete 204', 'delete 409']));
});
