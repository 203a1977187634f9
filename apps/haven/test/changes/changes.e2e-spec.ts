import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import { connect } from 'node:net';
import type { Socket } from 'node:net';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import WebSocket from 'ws';

import { CHANGE, openStream, subscribe } from '../support/change-streams.js';
import type { EventStream, Subscription } from '../support/change-streams.js';
import { secondHaven, startHaven } from '../support/haven.js';
import { statementsOf } from '../support/statements.js';
import type { SentStatement } from '../support/statements.js';

const haven = startHaven(['changes.heartbeat=200ms', 'changes.stallTimeout=1s', 'limits.streams=40']);
const FILMS = '/collections/films/records';

const waitFor = <T>(condition: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(condition, { timeout: 20_000, interval: 20 });

const open: { close(): void }[] = [];

afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

beforeEach(async () => {
  await haven.rest('POST', '/collections', { name: 'films' });
});

const create = async (data: object, collection = 'films') =>
  (await haven.rest('POST', `/collections/${collection}/records`, { data })).body;
const patch = (id: string, data: object) => haven.rest('PATCH', `${FILMS}/${id}`, { data });
const remove = (id: string) => haven.rest('DELETE', `${FILMS}/${id}`);

const page = async (parameters: Record<string, string> = {}) => {
  const { status, body } = await haven.rest('GET', `/changes?${new URLSearchParams(parameters)}`);
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
};

/** Waits until there are `count` changes, and returns them. */
const changes = async (count: number, parameters: Record<string, string> = {}): Promise<any[]> =>
  waitFor(async () => {
    const { items } = await page({ after: 'earliest', limit: '500', ...parameters });
    expect(items).toHaveLength(count);
    return items;
  });

const stream = async (
  parameters: Record<string, string> = {},
  headers: Record<string, string> = {},
): Promise<EventStream> => {
  const opened = await openStream(`${haven.url}/api/v1/changes?${new URLSearchParams(parameters)}`, {
    'x-test-tenant': haven.tenant,
    ...headers,
  });
  open.push(opened);
  return opened;
};

const subscription = (args = '', options: Parameters<typeof subscribe>[2] = {}): Subscription => {
  const subscribed = subscribe(haven.url, `subscription { changes${args} { ${CHANGE} } }`, {
    headers: { 'x-test-tenant': haven.tenant },
    ...options,
  });
  open.push({ close: () => void subscribed.client.dispose() });
  return subscribed;
};

/** Resolves when `count` changes are in the feed. */
const headIs = (count: number) =>
  waitFor(async () => {
    const [head] = await haven.sql('SELECT seq FROM haven.feed_heads WHERE tenant_id = $1', [haven.tenant]);
    expect(Number(head?.seq)).toBe(count);
  });

const summariesOf = (items: any[]) => items.map(({ type, effect, version }) => [type, effect, version]);

describe('a page of changes', () => {
  it('starts at the end of the feed and continues from its cursor', async () => {
    await create({ n: 1 });
    await changes(1);
    const now = await page();
    expect(now).toEqual({ items: [], nextCursor: expect.any(String), hasMore: false });
    const film = await create({ n: 2 });
    const next = await waitFor(async () => {
      const answer = await page({ after: now.nextCursor });
      expect(answer.items).toHaveLength(1);
      return answer;
    });
    expect(next.items[0]).toEqual({
      cursor: next.nextCursor,
      type: 'record.created',
      effect: 'entered',
      collection: 'films',
      recordId: film.id,
      version: 1,
      at: film.updatedAt,
      actor: 'tester',
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
      cause: null,
      record: film,
    });
    expect(await page({ after: next.nextCursor })).toEqual({ ...now, nextCursor: next.nextCursor });
  });

  it('contains every version, across pages', async () => {
    const film = await create({ n: 1 });
    await patch(film.id, { n: 2 });
    await remove(film.id);
    await haven.rest('PUT', `${FILMS}/${film.id}`, { data: { n: 4 } });
    const all = await changes(4);
    expect(summariesOf(all)).toEqual([
      ['record.created', 'entered', 1],
      ['record.updated', 'changed', 2],
      ['record.deleted', 'left', 3],
      ['record.created', 'entered', 4],
    ]);
    expect(all.map(({ record }) => record?.data ?? null)).toEqual([{ n: 1 }, { n: 2 }, null, { n: 4 }]);
    const first = await page({ after: 'earliest', limit: '3' });
    expect([summariesOf(first.items), first.hasMore]).toEqual([summariesOf(all.slice(0, 3)), true]);
    expect(await page({ after: first.nextCursor })).toMatchObject({ items: all.slice(3), hasMore: false });
    const exact = await page({ after: 'earliest', limit: '4' });
    expect([exact.items.length, exact.hasMore]).toEqual([4, false]);
  });

  it('can be restricted to a collection name, including earlier collections of that name', async () => {
    await haven.rest('POST', '/collections', { name: 'shows' });
    await create({ a: 1 });
    await create({ b: 1 }, 'shows');
    await haven.rest('DELETE', '/collections/films?cascade=true');
    await haven.rest('POST', '/collections', { name: 'films' });
    await create({ c: 1 });
    await changes(4);
    expect(summariesOf(await changes(3, { collection: 'films' }))).toEqual([
      ['record.created', 'entered', 1],
      ['record.deleted', 'left', 2],
      ['record.created', 'entered', 1],
    ]);
    expect((await haven.rest('GET', '/changes?collection=nope')).body).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('reports what enters a filter, changes within it and leaves it', async () => {
    const film = await create({ year: 1990 });
    for (const year of [2000, 2001, 1999]) await patch(film.id, { year });
    await patch(film.id, { year: 2002 });
    await remove(film.id);
    await create({ year: 1900 });
    await changes(7);
    const filter = JSON.stringify({ year: { _gte: 2000 } });
    const found = await changes(5, { filter });
    expect(summariesOf(found)).toEqual([
      ['record.updated', 'entered', 2],
      ['record.updated', 'changed', 3],
      ['record.updated', 'left', 4],
      ['record.updated', 'entered', 5],
      ['record.deleted', 'left', 6],
    ]);
    expect(found.map(({ record }) => record?.data.year ?? null)).toEqual([2000, 2001, 1999, 2002, null]);
    const own = JSON.stringify({ $version: { _gte: 5 } });
    expect(summariesOf(await changes(2, { filter: own }))).toEqual([
      ['record.updated', 'entered', 5],
      ['record.deleted', 'left', 6],
    ]);
  });

  it('can be selected by conditions on the elements of arrays', async () => {
    const lines = (...qty: number[]) => qty.map((one) => ({ sku: 'A', qty: one }));
    const order = await create({ lines: lines(1) });
    for (const all of [lines(1, 5), lines(5), lines(5, 6, 7), lines()]) await patch(order.id, { lines: all });
    await changes(5);
    const filter = JSON.stringify({ lines: { _some: { sku: 'A', qty: { _gte: 5 } }, _size: { _lt: 3 } } });
    expect(summariesOf(await changes(3, { filter }))).toEqual([
      ['record.updated', 'entered', 2],
      ['record.updated', 'changed', 3],
      ['record.updated', 'left', 4],
    ]);
  });

  it('count as selected if conditions on elements take too many steps', async () => {
    const rows = Array.from({ length: 200 }, () => Array.from({ length: 200 }, () => 0));
    await create({ rows });
    await create({ rows: [] });
    await changes(2);
    const cell = { _some: { _some: { _eq: 1 } } };
    expect(await changes(0, { filter: JSON.stringify({ rows: cell }) })).toEqual([]);
    const filter = JSON.stringify({ _or: Array.from({ length: 30 }, () => ({ rows: cell })) });
    expect((await changes(1, { filter })).map(({ record }) => record?.data.rows.length)).toEqual([200]);
  });

  it('examines a limited number of changes per request', async () => {
    const lines = Array.from({ length: 2_100 }, (_, n) => JSON.stringify({ n })).join('\n');
    await haven.rest('POST', '/collections/films/import', lines, { 'content-type': 'application/x-ndjson' });
    await headIs(2_100);
    const filter = JSON.stringify({ n: 2_099 });
    const first = await page({ after: 'earliest', filter });
    expect(first).toMatchObject({ items: [], hasMore: true });
    const second = await page({ after: first.nextCursor, filter });
    expect(second).toMatchObject({ items: [{ record: { data: { n: 2_099 } } }], hasMore: false });

    const oldest = JSON.stringify({ n: 0 });
    let newer: any;
    const sent = await statementsOf(async () => (newer = await page({ order: 'desc', filter: oldest })));
    expect(newer).toMatchObject({ items: [], hasMore: true });
    const reads = sent.filter(({ name }) => name?.startsWith('feed'));
    expect(reads).toHaveLength(21); // one for the end of the feed, and one for each 100 changes
    const older = await page({ order: 'desc', after: newer.nextCursor, filter: oldest });
    expect(older).toMatchObject({ items: [{ record: { data: { n: 0 } } }], hasMore: false });
  });

  it('rejects invalid parameters', async () => {
    const refusals: [string, number, string][] = [
      ['after=nonsense', 400, 'CURSOR_INVALID'],
      ['filter={"a":{"_no":1}}', 422, 'FILTER_INVALID'],
      ['filter={', 400, 'MALFORMED_JSON'],
      ['limit=501', 422, 'LIMIT_EXCEEDED'],
      ['before=x', 422, 'VALIDATION_FAILED'],
      ['order=newest', 422, 'VALIDATION_FAILED'],
      ['order=desc&after=earliest', 422, 'VALIDATION_FAILED'],
      ['order=desc&after=nonsense', 400, 'CURSOR_INVALID'],
    ];
    for (const [query, status, code] of refusals)
      expect(await haven.rest('GET', `/changes?${encodeURI(query)}`), query).toMatchObject({ status, body: { code } });
    expect((await haven.rest('GET', '/changes', undefined, { accept: 'text/html' })).status).toBe(406);
  });

  it('expires a cursor instead of skipping pruned changes', async () => {
    const start = await page();
    const film = await create({ n: 1 });
    await patch(film.id, { n: 2 });
    const [, last] = await changes(2);
    await haven.sql('DELETE FROM haven.events WHERE tenant_id = $1 AND version = 1', [haven.tenant]);
    const expired = { code: 'CURSOR_EXPIRED', status: 410 };
    const rest = await haven.rest('GET', `/changes?after=${start.nextCursor}`);
    expect(rest).toMatchObject({ status: 410, body: expired });
    const events = await stream({ after: start.nextCursor });
    await events.ended;
    expect(events.events.map(({ event }) => event)).toEqual(['ready', 'error']);
    expect(events.events[1]?.data).toMatchObject(expired);
    const subscribed = subscription(`(after: "${start.nextCursor}")`);
    await subscribed.ended;
    expect(subscribed.errors).toMatchObject([{ extensions: { ...expired, traceId: expect.any(String) } }]);
    expect(await page({ after: last.cursor })).toMatchObject({ items: [], hasMore: false });
  });

  it('expires a cursor of a collection only if that collection was pruned after it', async () => {
    const film = await create({ n: 1 });
    await patch(film.id, { n: 2 });
    await patch(film.id, { n: 3 });
    const [one, two] = await changes(3);
    await haven.sql('UPDATE haven.collections SET pruned_through = 2 WHERE tenant_id = $1', [haven.tenant]);
    expect(await haven.rest('GET', `/changes?after=${one.cursor}`)).toMatchObject({
      status: 410,
      body: { code: 'CURSOR_EXPIRED' },
    });
    const opened = await stream({ after: one.cursor });
    expect(opened.response.status).toBe(410);
    expect(summariesOf((await page({ after: two.cursor })).items)).toEqual([['record.updated', 'changed', 3]]);
    await haven.rest('POST', '/collections', { name: 'shows' });
    expect((await page({ after: one.cursor, collection: 'shows' })).items).toEqual([]);
  });

  it('starts at the earliest change that is kept, even if later ones were pruned', async () => {
    const [start, kept, old] = [await page(), await create({ n: 1 }), await create({ n: 1 })];
    await patch(old.id, { n: 2 });
    await changes(3);
    await haven.sql('DELETE FROM haven.events WHERE tenant_id = $1 AND record_id = $2 AND version = 1', [
      haven.tenant,
      old.id,
    ]);
    await haven.sql('UPDATE haven.collections SET pruned_through = 3 WHERE tenant_id = $1', [haven.tenant]);
    const first = await page({ after: 'earliest', limit: '1' });
    expect(first).toMatchObject({ items: [{ recordId: kept.id, version: 1 }], hasMore: true });
    const second = await page({ after: first.items[0].cursor, limit: '1' });
    expect(second.items).toMatchObject([{ recordId: old.id, version: 2 }]);
    const last = await page({ after: second.nextCursor });
    expect(last).toMatchObject({ items: [], hasMore: false });
    const opened = await stream({ after: 'earliest' });
    await vi.waitFor(() => expect(opened.events).toHaveLength(3));
    expect(opened.events.map(({ data }) => data.version)).toEqual([null, 1, 2]);
    await patch(old.id, { n: 3 });
    await vi.waitFor(async () => expect((await page({ after: last.nextCursor })).items).toHaveLength(1));
    await haven.sql('UPDATE haven.collections SET pruned_through = 4 WHERE tenant_id = $1', [haven.tenant]);
    for (const { cursor } of [{ cursor: last.nextCursor }, { cursor: start.nextCursor }])
      expect(await haven.rest('GET', `/changes?after=${cursor}`)).toMatchObject({ status: 410 });
  });

  it('expires a cursor beyond the end of the feed, as after restoring an older database', async () => {
    await create({ n: 1 });
    const [change] = await changes(1);
    await haven.sql('DELETE FROM haven.feed WHERE tenant_id = $1', [haven.tenant]);
    await haven.sql('UPDATE haven.feed_heads SET seq = 0 WHERE tenant_id = $1', [haven.tenant]);
    expect(await haven.rest('GET', `/changes?after=${change.cursor}`)).toMatchObject({
      status: 410,
      body: { code: 'CURSOR_EXPIRED' },
    });
  });

  it('contains erasures whatever the filter', async () => {
    const film = await create({ secret: 'x' });
    await changes(1);
    await haven.sql('UPDATE haven.events SET data = NULL WHERE tenant_id = $1', [haven.tenant]);
    await haven.sql(
      `INSERT INTO haven.events (tenant_id, collection_id, record_id, version, type, data, actor, trace_id, created_at, at)
       SELECT tenant_id, collection_id, record_id, 2, 'record.erased', NULL, actor, trace_id, created_at, at
       FROM haven.events WHERE tenant_id = $1`,
      [haven.tenant],
    );
    await create({ other: 1 });
    const filter = JSON.stringify({ secret: 'x' });
    const [erased] = await changes(1, { filter });
    expect(erased).toMatchObject({ type: 'record.erased', effect: 'left', recordId: film.id, record: null });
    expect(summariesOf(await changes(3))).toEqual([
      ['record.created', 'entered', 1],
      ['record.erased', 'left', 2],
      ['record.created', 'entered', 1],
    ]);
  });
});

describe('a stream of server-sent events', () => {
  it('sends `ready`, then changes, with the same cursors as pages', async () => {
    await create({ n: 0 });
    await changes(1);
    const events = await stream();
    expect(events.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(events.response.headers.get('cache-control')).toBe('no-store');
    expect(events.response.headers.get('x-accel-buffering')).toBe('no');
    await waitFor(() => expect(events.events).toHaveLength(1));
    expect(events.text).toMatch(/^retry: 1000\nevent: ready\nid: \S+\ndata: \{/);
    const film = await create({ n: 1 });
    await patch(film.id, { n: 2 });
    await waitFor(() => expect(events.events).toHaveLength(3));
    const [, ...items] = await changes(3);
    expect(events.events.slice(1)).toEqual(items.map((data) => ({ event: data.type, id: data.cursor, data })));
  });

  it('resumes from Last-Event-ID, which takes precedence over `after`', async () => {
    await create({ n: 1 });
    await create({ n: 2 });
    await create({ n: 3 });
    const [first, , third] = await changes(3);
    const events = await stream({ after: third.cursor }, { 'last-event-id': first.cursor });
    await waitFor(() => expect(events.events).toHaveLength(3));
    expect(events.events.map(({ data }) => data.record?.data.n)).toEqual([undefined, 2, 3]);
  });

  it('sends heartbeats, and advances the cursor when only other changes happen', async () => {
    const events = await stream({ filter: '{"n":1}' });
    await waitFor(() => expect(events.text).toContain('\n\n:\n\n'));
    const start = events.lastEventId;
    await create({ n: 2 });
    const [other] = await changes(1);
    await waitFor(() => expect(events.lastEventId).toBe(other.cursor));
    expect(events.events.map(({ event, id }) => [event, id])).toEqual([['ready', start]]);
  });

  it('rejects invalid parameters like a page, before it starts', async () => {
    const refused = await stream({ after: 'nonsense' });
    expect(refused.response.status).toBe(400);
    expect(refused.response.headers.get('content-type')).toMatch('application/problem+json');
    expect((await stream({ order: 'desc' })).response.status).toBe(422);
  });

  it('is a page unless the client prefers text/event-stream', async () => {
    for (const accept of ['*/*', 'application/json, text/event-stream;q=0.5', 'text/event-stream;q=0, */*'])
      expect((await haven.rest('GET', '/changes', undefined, { accept })).body, accept).toHaveProperty('nextCursor');
  });
});

describe('a subscription', () => {
  it('sends `ready`, then changes, with the same cursors as REST', async () => {
    const { client: _, changes: received } = subscription();
    await waitFor(() => expect(received).toHaveLength(1));
    expect(received[0]).toMatchObject({ type: 'ready', cursor: expect.any(String), recordId: null, record: null });
    const film = await create({ n: 1 });
    await remove(film.id);
    await waitFor(() => expect(received).toHaveLength(3));
    expect(received.slice(1)).toEqual(await changes(2));
    const again = subscription(`(after: "${received[1].cursor}")`);
    await waitFor(() => expect(again.changes).toHaveLength(2));
    expect(again.changes[1]).toEqual(received[2]);
  });

  it('advances the cursor when only other changes happen', async () => {
    const { changes: received } = subscription('(filter: { n: 1 })');
    await waitFor(() => expect(received).toHaveLength(1));
    await waitFor(async () => {
      await create({ n: 2 });
      expect(received.length).toBeGreaterThan(1);
    });
    expect(received[1]).toMatchObject({ type: 'ready' });
    expect(received[1].cursor).not.toBe(received[0].cursor);
  });

  it('accepts credentials in the connection parameters', async () => {
    await create({ n: 1 });
    await changes(1);
    const { changes: received } = subscription('(after: "earliest")', {
      headers: {},
      parameters: { 'X-Test-Tenant': haven.tenant },
    });
    await waitFor(() => expect(received).toHaveLength(2));
  });

  it.each([
    ['{ changes(after: "nonsense") { type } }', 'CURSOR_INVALID'],
    ['{ changes(collection: "nope") { type } }', 'NOT_FOUND'],
    ['{ changes(filter: { a: { _no: 1 } }) { type } }', 'FILTER_INVALID'],
    ['{ changes { nope } }', 'MALFORMED_GRAPHQL'],
    ['{ changes {', 'MALFORMED_GRAPHQL'],
    [`{ changes { ${Array.from({ length: 31 }, (_, n) => `a${n}: type`).join(' ')} } }`, 'GRAPHQL_LIMIT_EXCEEDED'],
    [`{ changes { ${'type '.repeat(2_000)} } }`, 'GRAPHQL_LIMIT_EXCEEDED'],
    [`{ changes { record { ${'history { edges { node { '.repeat(1)}${'x '.repeat(1)}} } } } } }`, 'MALFORMED_GRAPHQL'],
  ])('rejects %s', async (selection, code) => {
    const refused = subscribe(haven.url, `subscription ${selection}`, { headers: { 'x-test-tenant': haven.tenant } });
    open.push({ close: () => void refused.client.dispose() });
    await refused.ended;
    expect(refused.errors).toMatchObject([{ extensions: { code, traceId: expect.stringMatching(/^[0-9a-f]{32}$/) } }]);
  });

  it('is the only operation over a WebSocket', async () => {
    const refused = subscribe(haven.url, '{ collections { edges { cursor } } }');
    open.push({ close: () => void refused.client.dispose() });
    await refused.ended;
    expect(refused.errors).toMatchObject([{ extensions: { code: 'MALFORMED_GRAPHQL' } }]);
  });
});

it.each([
  ['https://elsewhere.example', 403],
  ['null', 403],
  ['own', 101],
  [undefined, 101],
])('opens a WebSocket for a page from %s: %i', async (from, status) => {
  const origin = from === 'own' ? haven.url : from;
  const socket = new WebSocket(haven.url.replace('http', 'ws') + '/graphql', 'graphql-transport-ws', {
    ...(origin !== undefined && { origin }),
  });
  socket.on('error', () => undefined); // in case it is closed before it is open
  open.push({ close: () => socket.terminate() });
  const answered = new Promise<number>((resolve) => {
    socket.once('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
    socket.once('open', () => resolve(101));
  });
  expect(await answered).toBe(status);
});

it('ignores an upgrade to another protocol', async () => {
  const [response] = (await once(
    request(`${haven.url}/livez`, { headers: { connection: 'Upgrade', upgrade: 'h2c' } }).end(),
    'response',
  )) as [IncomingMessage];
  expect(response.resume().statusCode).toBe(200);
});

describe('a subscriber', () => {
  it('causes no statements while nothing happens', async () => {
    const events = await stream();
    const subscribed = subscription();
    await waitFor(() => expect([events.events.length, subscribed.changes.length]).toEqual([1, 1]));
    const beats = () => events.text.split('\n:\n').length;
    // Each subscriber polls once more after `ready`; then no statement runs between several heartbeats.
    await waitFor(async () => {
      const before = beats();
      const sent = await statementsOf(() => waitFor(() => expect(beats()).toBeGreaterThan(before + 2)));
      expect(sent).toEqual([]);
    });
  });

  it('shares reads with subscribers at the same position', async () => {
    const all = await Promise.all(Array.from({ length: 10 }, () => stream()));
    await waitFor(() => expect(all.map(({ events }) => events.length)).toEqual(all.map(() => 1)));
    const beats = () => all[0]?.text.split('\n:\n').length ?? 0;
    // Each subscriber polls once more after `ready`; all are idle when no statement runs between two heartbeats.
    await waitFor(async () => {
      const before = beats();
      expect(await statementsOf(() => waitFor(() => expect(beats()).toBeGreaterThan(before)))).toEqual([]);
    });
    const sent = await statementsOf(async () => {
      await create({ n: 1 });
      await waitFor(() => expect(all.map(({ events }) => events.length)).toEqual(all.map(() => 2)));
    });
    expect(sent.filter(({ text }) => text.includes('haven.feed'))).toHaveLength(1);
  });

  it('counts toward limits.streams', async () => {
    const all = await Promise.all(Array.from({ length: 40 }, () => stream()));
    expect(all.map(({ response }) => response.status)).toEqual(all.map(() => 200));
    const refused = await stream();
    expect([refused.response.status, refused.response.headers.get('retry-after')]).toEqual([503, '5']);
    const subscribed = subscription();
    await subscribed.ended;
    expect(subscribed.errors).toMatchObject([{ extensions: { code: 'UNAVAILABLE' } }]);
    all[0]?.close();
    await waitFor(async () => expect((await stream()).response.status).toBe(200));
  });

  it('receives what happened while the LISTEN connection was lost', async () => {
    const events = await stream();
    await waitFor(() => expect(events.events).toHaveLength(1));
    await haven.sql(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name = 'haven-notices' AND datname = current_database()`,
    );
    await create({ n: 1 });
    await waitFor(() => expect(events.events).toHaveLength(2));
  });

  describe('that reads nothing', () => {
    const LARGE = 40;
    const readings = (sent: SentStatement[]) => sent.filter(({ text }) => /haven\.feed\b/.test(text)).length;

    /** Creates a record with many large versions, and makes one more write to notify the sequencer. */
    beforeEach(async () => {
      const { id } = await create({ n: 1, text: randomBytes(300_000).toString('base64') });
      await haven.sql(
        `INSERT INTO haven.events (tenant_id, collection_id, record_id, version, type, data, actor, trace_id, created_at, at)
         SELECT tenant_id, collection_id, record_id, n, 'record.updated', data || jsonb_build_object('n', n), actor, trace_id, created_at, at
         FROM haven.events, generate_series(2, $2) AS n WHERE tenant_id = $1 AND record_id = $3`,
        [haven.tenant, LARGE, id],
      );
      await create({ n: 0 });
      await headIs(LARGE + 1);
    });

    /** Returns the statements that run for a connection that stops reading, until the server closes it. */
    const statementsFor = (begin: () => void): Promise<SentStatement[]> =>
      statementsOf(async () => {
        const server: Server = haven.app.getHttpServer();
        const connected = once(server, 'connection') as Promise<[Socket]>;
        begin();
        const [socket] = await connected;
        await once(socket, 'close');
      });

    it('is disconnected from a stream before many changes are read', async () => {
      const socket = connect(Number(new URL(haven.url).port), '127.0.0.1');
      socket.on('error', () => undefined);
      const sent = await statementsFor(() => {
        socket.pause();
        socket.write(
          `GET /api/v1/changes?after=earliest HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nX-Test-Tenant: ${haven.tenant}\r\n\r\n`,
        );
      });
      socket.destroy();
      expect(readings(sent)).toBeGreaterThan(0);
      expect(readings(sent)).toBeLessThan(LARGE / 5);
    });

    it('is disconnected from a subscription before many changes are read', async () => {
      const socket = new WebSocket(`${haven.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
        headers: { 'x-test-tenant': haven.tenant },
      });
      const query = `subscription { changes(after: "earliest") { ${CHANGE} } }`;
      socket.on('error', () => undefined);
      socket.on('open', () => socket.send('{"type":"connection_init"}'));
      socket.once('message', () => {
        socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
        socket.pause();
      });
      const sent = await statementsFor(() => undefined);
      socket.terminate();
      expect(readings(sent)).toBeGreaterThan(0);
      expect(readings(sent)).toBeLessThan(LARGE / 5);
    });

    it('receives everything if it is only slow', async () => {
      const events = await stream({ after: 'earliest' });
      await waitFor(() => expect(events.events).toHaveLength(LARGE + 2));
      const numbers = events.events.slice(1).map(({ data }) => data.record.data.n);
      expect(numbers.filter((n) => n > 0)).toEqual(Array.from({ length: LARGE }, (_, n) => n + 1));
    });
  });
});

describe('when the server stops', () => {
  it('ends streams and subscriptions at once, and accepts no new ones', async () => {
    const second = await secondHaven(haven);
    const events = await openStream(`${second.url}/api/v1/changes`, { 'x-test-tenant': haven.tenant });
    const subscribed = subscribe(second.url, `subscription { changes { ${CHANGE} } }`, {
      headers: { 'x-test-tenant': haven.tenant },
    });
    await waitFor(() => expect([events.events.length, subscribed.changes.length]).toEqual([1, 1]));
    await second.app.close();
    await events.ended;
    expect(await subscribed.closed).toMatchObject({ code: 1001 });
  });
});
