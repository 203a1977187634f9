import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';

import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { DatabaseClient, runtimeConnection } from '@haven/database';
import { FeedCursors, MaintenanceScheduler } from '@haven/events';
import { Access } from '@haven/kernel';

import { openStream, subscribe } from '../support/change-streams.js';
import { startHaven, testConfig } from '../support/haven.js';
import type { ApiResponse } from '../support/haven.js';
import { preparedWebhook, webhooksOf } from '../support/parity-webhooks.js';
import { selectAll } from '../support/select-all.js';

const haven = startHaven(['database.poolSize=2', 'database.acquireTimeout=1m', 'audit.checkpointEvents=2'], {
  keys: true,
});
const NDJSON = { 'content-type': 'application/x-ndjson' };
const JSON_PATCH = { 'content-type': 'application/json-patch+json' };

/** Ids and cursors of the first tenant. The tests assume that the other tenant knows them. */
interface Known {
  id: string;
  cursor: string;
  collectionCursor: string;
  feedCursor: string;
  checkpointCursor: string;
  key: string;
  webhook: string;
  delivery: string;
  webhookCursor: string;
  deliveryCursor: string;
}

/** Sends one operation through one API. The operation names data of the first tenant. */
type Attempt = (known: Known) => Promise<ApiResponse>;

const LATER = '9999-12-31T23:59:59Z';
const films = '/collections/films';
const record = ({ id }: Known): string => `${films}/records/${id}`;
const rest = (
  method: string,
  path: string | ((known: Known) => string),
  body?: unknown,
  headers?: Record<string, string>,
): Attempt => {
  return (known) => haven.rest(method, typeof path === 'string' ? path : path(known), body, headers);
};
const graphql = (field: string, operation = 'query'): Attempt => {
  return ({ id, cursor, collectionCursor, feedCursor, checkpointCursor }) =>
    haven.graphql(
      `${operation} { ${field} }`
        .replaceAll('$ID', `"${id}"`)
        .replaceAll('$CURSOR', `"${cursor}"`)
        .replaceAll('$COLLECTIONS', `"${collectionCursor}"`)
        .replaceAll('$FEED', `"${feedCursor}"`)
        .replaceAll('$CHECKPOINTS', `"${checkpointCursor}"`),
    );
};

const newKey = (tenant?: string) => ({ name: 'other', scopes: ['records:read'], ...(tenant && { tenant }) });
const MAKES_KEY = 'mutation($input: NewApiKey!) { createApiKey(input: $input) { token } }';

const batchOf = (operation: object): Promise<ApiResponse> => haven.rest('POST', '/batch', { operations: [operation] });

/** Every operation that names a collection of the first tenant. */
const onCollection: Record<string, Attempt> = {
  'GET collection': rest('GET', films),
  'PATCH collection': rest('PATCH', films, { description: 'taken over' }),
  'PATCH collection, dry run': rest('PATCH', `${films}?dryRun=true`, { schema: { required: ['secret2'] } }),
  'DELETE collection': rest('DELETE', films),
  'DELETE collection, cascade': rest('DELETE', `${films}?cascade=true`),
  'POST record': rest('POST', `${films}/records`, { data: {} }),
  'GET records': rest('GET', `${films}/records`),
  'GET records, asOf': rest('GET', `${films}/records?asOf=${LATER}`),
  'GET records, count': rest('GET', `${films}/records?count=exact`),
  'GET records, estimate': rest('GET', `${films}/records?count=estimated`),
  'GET records, cursor': rest('GET', ({ cursor }) => `${films}/records?after=${cursor}`),
  'GET records, expand': rest('GET', `${films}/records?expand=secret`),
  'GET record, expand': rest('GET', (known) => `${record(known)}?expand=secret`),
  'GET export, expand': rest('GET', `${films}/export?expand=secret`),
  'QUERY records': rest('QUERY', `${films}/records`, { filter: { secret: { _exists: true } } }),
  'POST query': rest('POST', `${films}/query`, { filter: { secret: { _exists: true } } }),
  'POST query, search': rest('POST', `${films}/query`, { filter: { _search: 'alpha' }, sort: '$score' }),
  'POST delete, search': rest('POST', `${films}/delete`, { filter: { _search: 'alpha' } }),
  'POST query, asOf': rest('POST', `${films}/query`, { asOf: LATER, count: 'exact' }),
  'POST aggregate': rest('POST', `${films}/aggregate`, { groupBy: ['secret'], compute: { n: 'count' } }),
  'POST aggregate, asOf': rest('POST', `${films}/aggregate`, { groupBy: ['secret'], asOf: LATER }),
  'POST import': rest('POST', `${films}/import`, '{"a":1}\n', NDJSON),
  'POST batch': rest('POST', '/batch', { operations: [{ op: 'create', collection: 'films', data: {} }] }),
  'POST update': rest('POST', `${films}/update`, { filter: {}, data: { secret: 'taken over' } }),
  'POST update, dry run': rest('POST', `${films}/update`, { filter: {}, data: { a: 1 }, dryRun: true }),
  'POST delete': rest('POST', `${films}/delete`, { filter: {} }),
  'POST delete, dry run': rest('POST', `${films}/delete?dryRun=true`, { filter: {} }),
  updateRecords: graphql('updateRecords(collection: "films", filter: {}, data: { a: 1 }) { changed }', 'mutation'),
  deleteRecords: graphql('deleteRecords(collection: "films", filter: {}, dryRun: true) { changed }', 'mutation'),
  'POST record, dry run': rest('POST', `${films}/records?dryRun=true`, { data: {} }),
  'DELETE collection, dry run': rest('DELETE', `${films}?cascade=true&dryRun=true`),
  'POST import, dry run': rest('POST', `${films}/import?dryRun=true`, '{"a":1}\n', NDJSON),
  batch: graphql(
    'batch(operations: [{ op: "create", collection: "films", data: {} }]) { results { version } }',
    'mutation',
  ),
  'GET export': rest('GET', `${films}/export`),
  'GET export, asOf': rest('GET', `${films}/export?asOf=${LATER}`),
  'POST export': rest('POST', `${films}/export`, { filter: { secret: { _exists: true } } }),
  'POST export, expand': rest('POST', `${films}/export`, { expand: ['secret'], asOf: LATER }),
  'GET changes': rest('GET', '/changes?after=earliest&collection=films'),
  'GET changes, newest first': rest('GET', '/changes?order=desc&collection=films'),
  'GET changes, streamed': rest('GET', '/changes?after=earliest&collection=films', undefined, {
    accept: 'text/event-stream',
  }),
  changes: graphql('changes(after: "earliest", collection: "films") { items { record { data } } }'),
  'changes, newest first': graphql('changes(order: "desc", collection: "films") { items { record { data } } }'),
  'records, expand': graphql('records(collection: "films", expand: ["secret"]) { edges { node { expanded } } }'),
  'record, expand': graphql('record(collection: "films", id: $ID, expand: ["secret"]) { expanded }'),
  collection: graphql('collection(name: "films") { name }'),
  updateCollection: graphql(
    'updateCollection(name: "films", input: { description: "taken over" }) { name }',
    'mutation',
  ),
  deleteCollection: graphql('deleteCollection(name: "films", cascade: true)', 'mutation'),
  createRecord: graphql('createRecord(collection: "films", data: {}) { id }', 'mutation'),
  records: graphql('records(collection: "films") { edges { node { data } } }'),
  'records, search': graphql(
    'records(collection: "films", filter: {_search: "alpha"}) { totalCount edges { node { data } } }',
  ),
  'records, asOf': graphql(`records(collection: "films", asOf: "${LATER}") { totalCount edges { node { data } } }`),
  aggregate: graphql('aggregate(collection: "films", groupBy: ["secret"]) { groups { key } }'),
  'records, totalCount': graphql('records(collection: "films") { totalCount }'),
  'records, cursor': graphql('records(collection: "films", after: $CURSOR) { edges { node { data } } }'),
};

/** Every operation that names a record of the first tenant and does not create one. */
const onRecord: Record<string, Attempt> = {
  'GET record': rest('GET', record),
  'GET record, asOf': rest('GET', (known) => `${record(known)}?asOf=${LATER}`),
  'GET record, If-None-Match': rest('GET', record, undefined, { 'if-none-match': '"1"' }),
  'PATCH record': rest('PATCH', record, { data: { secret: 'taken over' } }),
  'PATCH record, If-Match': rest('PATCH', record, { data: {} }, { 'if-match': '"9"' }),
  'PATCH record, JSON Patch': rest('PATCH', record, [{ op: 'test', path: '/data/secret', value: 'alpha' }], JSON_PATCH),
  'DELETE record': rest('DELETE', record),
  'DELETE record, If-Match': rest('DELETE', record, undefined, { 'if-match': '"9"' }),
  'POST restore': rest('POST', (known) => `${record(known)}/restore`, { version: 1 }),
  'PATCH record, dry run': rest('PATCH', (known) => `${record(known)}?dryRun=true`, { data: { secret: 'x' } }),
  'DELETE record, dry run': rest('DELETE', (known) => `${record(known)}?dryRun=true`),
  'POST restore, dry run': rest('POST', (known) => `${record(known)}/restore?dryRun=true`, { version: 1 }),
  'POST erase, dry run': rest('POST', (known) => `${record(known)}/erase?dryRun=true`),
  'deleteRecord, dry run': graphql('deleteRecord(collection: "films", id: $ID, dryRun: true)', 'mutation'),
  'GET version': rest('GET', (known) => `${record(known)}/history/1`),
  'POST batch, patch': ({ id }) => batchOf({ op: 'patch', collection: 'films', id, data: { secret: 'taken over' } }),
  'POST batch, restore': ({ id }) => batchOf({ op: 'restore', collection: 'films', id, version: 1 }),
  restoreRecord: graphql('restoreRecord(collection: "films", id: $ID, version: 1) { data }', 'mutation'),
  recordVersion: graphql('recordVersion(collection: "films", id: $ID, version: 1) { data }'),
  'batch, delete': graphql(
    'batch(operations: [{ op: "delete", collection: "films", id: $ID, expectedVersion: 1 }]) { results { version } }',
    'mutation',
  ),
  'POST erase': rest('POST', (known) => `${record(known)}/erase`),
  'POST erase, If-Match': rest('POST', (known) => `${record(known)}/erase`, undefined, { 'if-match': '"9"' }),
  eraseRecord: graphql('eraseRecord(collection: "films", id: $ID)', 'mutation'),
  'GET history': rest('GET', (known) => `${record(known)}/history`),
  record: graphql('record(collection: "films", id: $ID) { data history { edges { node { data } } } }'),
  'record, asOf': graphql(`record(collection: "films", id: $ID, asOf: "${LATER}") { data }`),
  patchRecord: graphql('patchRecord(collection: "films", id: $ID, data: { secret: "taken over" }) { id }', 'mutation'),
  jsonPatchRecord: graphql(
    'jsonPatchRecord(collection: "films", id: $ID, operations: [{ op: "test", path: "/data/secret", value: "alpha" }]) { id }',
    'mutation',
  ),
  deleteRecord: graphql('deleteRecord(collection: "films", id: $ID, expectedVersion: 1)', 'mutation'),
  recordHistory: graphql('recordHistory(collection: "films", id: $ID) { edges { node { data } } }'),
};

/**
 * Every operation that creates the named record or collection if it is missing. The other tenant then gets one of its
 * own.
 */
const creating: Record<string, Attempt> = {
  'PUT record': rest('PUT', record, { data: { mine: true } }),
  'PUT record, If-None-Match': rest('PUT', record, { data: { mine: true } }, { 'if-none-match': '*' }),
  'POST record of that id': (known) => haven.rest('POST', `${films}/records`, { id: known.id, data: { mine: true } }),
  'POST import of that id': (known) =>
    haven.rest(
      'POST',
      `${films}/import?shape=record`,
      `${JSON.stringify({ id: known.id, data: { mine: true } })}\n`,
      NDJSON,
    ),
  'POST record of that id with its key': (known) =>
    haven.rest('POST', `${films}/records`, { id: known.id, data: { mine: true } }, { 'idempotency-key': 'films' }),
  'createRecord of that id with its key': ({ id }) =>
    haven.graphql(
      `mutation { createRecord(collection: "films", id: "${id}", data: { mine: true }) { version } }`,
      {},
      { 'idempotency-key': 'films' },
    ),
  'POST batch of that id': ({ id }) =>
    batchOf({ op: 'create', collection: 'films', id, data: { mine: true }, ifNoneMatch: '*' }),
  'createRecord of that id': graphql(
    'createRecord(collection: "films", id: $ID, data: { mine: true }) { version }',
    'mutation',
  ),
  replaceRecord: graphql(
    'replaceRecord(collection: "films", id: $ID, data: { mine: true }, ifAbsent: true) { version }',
    'mutation',
  ),
};

/** Every operation that accepts a cursor of the first tenant. */
const withCursor: Record<string, Attempt> = {
  'GET records, after': rest('GET', ({ cursor }) => `${films}/records?sort=secret&limit=1&after=${cursor}`),
  'GET records, before': rest('GET', ({ cursor }) => `${films}/records?sort=secret&limit=1&before=${cursor}`),
  'POST query, after': ({ cursor }) => haven.rest('POST', `${films}/query`, { sort: 'secret', after: cursor }),
  'QUERY records, after': ({ cursor }) => haven.rest('QUERY', `${films}/records`, { sort: 'secret', after: cursor }),
  'GET collections, after': rest('GET', ({ collectionCursor }) => `/collections?limit=1&after=${collectionCursor}`),
  'GET record, asOf': rest('GET', (known) => `${record(known)}?asOf=${known.feedCursor}`),
  'GET records, asOf': rest('GET', ({ feedCursor }) => `${films}/records?asOf=${feedCursor}`),
  'POST query, asOf': ({ feedCursor }) => haven.rest('POST', `${films}/query`, { asOf: feedCursor }),
  'QUERY records, asOf': ({ feedCursor }) => haven.rest('QUERY', `${films}/records`, { asOf: feedCursor }),
  'GET export, asOf': rest('GET', ({ feedCursor }) => `${films}/export?asOf=${feedCursor}`),
  'POST export, asOf': ({ feedCursor }) => haven.rest('POST', `${films}/export`, { asOf: feedCursor }),
  'record, asOf': graphql('record(collection: "films", id: $ID, asOf: $FEED) { data }'),
  'records, asOf': graphql('records(collection: "films", asOf: $FEED) { totalCount edges { node { data } } }'),
  'GET checkpoints, after': rest('GET', ({ checkpointCursor }) => `/audit/checkpoints?after=${checkpointCursor}`),
  'GET checkpoints, before': rest('GET', ({ checkpointCursor }) => `/audit/checkpoints?before=${checkpointCursor}`),
  'auditCheckpoints, after': graphql('auditCheckpoints(after: $CHECKPOINTS) { edges { node { number } } }'),
  'records, after': graphql('records(collection: "films", sort: ["secret"], after: $CURSOR) { edges { node { id } } }'),
  'records, before': graphql(
    'records(collection: "films", sort: ["secret"], last: 1, before: $CURSOR) { edges { node { id } } }',
  ),
  'GET changes, after': rest('GET', ({ feedCursor }) => `/changes?after=${feedCursor}`),
  'GET changes, streamed after': ({ feedCursor }) =>
    haven.rest('GET', '/changes', undefined, { accept: 'text/event-stream', 'last-event-id': feedCursor }),
  'changes, after': ({ feedCursor }) => haven.graphql(`{ changes(after: "${feedCursor}") { hasMore } }`),
  'collections, after': graphql('collections(after: $COLLECTIONS) { edges { node { name } } }'),
};

const PAUSED = { url: 'http://127.0.0.1:1/', paused: true };
const hook = ({ webhook }: Known): string => `/webhooks/${webhook}`;
const sent = ({ webhook, delivery }: Known): string => `/webhooks/${webhook}/deliveries/${delivery}`;
const field = (text: (known: Known) => string): Attempt => {
  return (known) => haven.graphql(text(known));
};

/** Every operation that names a webhook of the first tenant. */
const onWebhook: Record<string, Attempt> = {
  'GET webhook': rest('GET', hook),
  'PATCH webhook': rest('PATCH', hook, { url: 'http://127.0.0.1:2/' }),
  'PATCH webhook, If-Match': rest('PATCH', hook, {}, { 'if-match': '"9"' }),
  'DELETE webhook': rest('DELETE', hook),
  'POST rotate webhook': rest('POST', (known) => `${hook(known)}/rotate`, {}),
  'POST test webhook': rest('POST', (known) => `${hook(known)}/test`),
  'GET status': rest('GET', (known) => `${hook(known)}/status`),
  'GET deliveries': rest('GET', (known) => `${hook(known)}/deliveries`),
  'GET delivery': rest('GET', sent),
  'POST redeliver': rest('POST', (known) => `${sent(known)}/redeliver`),
  'POST replay': rest('POST', (known) => `${hook(known)}/replay`, { dead: true, after: 'earliest' }),
  webhook: field(({ webhook }) => `{ webhook(id: "${webhook}") { url } }`),
  updateWebhook: field(({ webhook }) => `mutation { updateWebhook(id: "${webhook}", input: { rate: 1 }) { url } }`),
  deleteWebhook: field(({ webhook }) => `mutation { deleteWebhook(id: "${webhook}") }`),
  rotateWebhook: field(({ webhook }) => `mutation { rotateWebhook(id: "${webhook}") { secret } }`),
  testWebhook: field(({ webhook }) => `mutation { testWebhook(id: "${webhook}") { status } }`),
  webhookStatus: field(({ webhook }) => `{ webhookStatus(id: "${webhook}") { lag } }`),
  deliveries: field(({ webhook }) => `{ deliveries(webhook: "${webhook}") { totalCount } }`),
  delivery: field(({ webhook, delivery }) => `{ delivery(webhook: "${webhook}", id: "${delivery}") { state } }`),
  redeliver: field(
    ({ webhook, delivery }) => `mutation { redeliver(webhook: "${webhook}", id: "${delivery}") { state } }`,
  ),
  replayWebhook: field(({ webhook }) => `mutation { replayWebhook(id: "${webhook}", input: { dead: true }) { dead } }`),
};

/** The operations of `onWebhook` that name a delivery. */
const onDelivery = Object.fromEntries(
  ['GET delivery', 'POST redeliver', 'delivery', 'redeliver'].map((name) => [name, onWebhook[name]!]),
);

/** Every operation on webhooks that accepts a cursor of the first tenant; the named webhook is the caller's own. */
const withWebhookCursor: Record<string, Attempt> = {
  'GET webhooks, after': rest('GET', ({ webhookCursor }) => `/webhooks?after=${webhookCursor}`),
  'GET deliveries, after': rest('GET', (known) => `${hook(known)}/deliveries?after=${known.deliveryCursor}`),
  'POST webhook, after': ({ feedCursor }) => haven.rest('POST', '/webhooks', { ...PAUSED, after: feedCursor }),
  'POST replay, after': (known) => haven.rest('POST', `${hook(known)}/replay`, { after: known.feedCursor }),
  'POST replay, until': (known) =>
    haven.rest('POST', `${hook(known)}/replay`, { after: 'earliest', until: known.feedCursor }),
  'webhooks, after': field(({ webhookCursor }) => `{ webhooks(after: "${webhookCursor}") { totalCount } }`),
  'deliveries, after': field(
    ({ webhook, deliveryCursor }) => `{ deliveries(webhook: "${webhook}", after: "${deliveryCursor}") { totalCount } }`,
  ),
};

describe('unique values of another tenant', () => {
  const by = `${films}/records/by/code/alpha`;
  const declare = () =>
    haven.rest('POST', '/collections', { name: 'films', indexes: [{ path: 'code', unique: true }] });
  const recordsOf = (tenant: string) =>
    haven.sql('SELECT id, version, data FROM haven.records WHERE tenant_id = $1', [tenant]);
  const reading: Record<string, Attempt> = {
    'GET by': rest('GET', by),
    'PATCH by': rest('PATCH', by, { data: { taken: true } }),
    'DELETE by': rest('DELETE', by),
    'PUT by, If-Match': rest('PUT', by, { data: {} }, { 'if-match': '"1"' }),
    recordBy: graphql('recordBy(collection: "films", index: "code", value: "alpha") { data }'),
    patchRecordBy: graphql(
      'patchRecordBy(collection: "films", index: "code", value: "alpha", data: { taken: true }) { id }',
      'mutation',
    ),
    jsonPatchRecordBy: graphql(
      'jsonPatchRecordBy(collection: "films", index: "code", value: "alpha", operations: []) { id }',
      'mutation',
    ),
    deleteRecordBy: graphql('deleteRecordBy(collection: "films", index: "code", value: "alpha")', 'mutation'),
  };
  const writing: Record<string, Attempt> = {
    'POST record': rest('POST', `${films}/records`, { data: { code: 'alpha' } }),
    'PUT by': rest('PUT', by, { data: {} }),
    'POST import, upsertBy': rest('POST', `${films}/import?upsertBy=code`, '{"code":"alpha"}', NDJSON),
    'POST batch': () => batchOf({ op: 'create', collection: 'films', data: { code: 'alpha' } }),
    upsertRecord: graphql(
      'upsertRecord(collection: "films", index: "code", value: "alpha", data: {}) { version }',
      'mutation',
    ),
  };

  it('are neither found nor changed nor in the way, in both APIs', async () => {
    const first = haven.tenant;
    await declare();
    await haven.rest('POST', `${films}/records`, { data: { code: 'alpha' } });
    const before = await recordsOf(first);
    const none = {} as Known;
    for (const [name, attempt] of [...Object.entries(reading), ...Object.entries(writing)]) {
      haven.tenant = randomUUID();
      expect(outcomeOf(await attempt(none)), name).toEqual({ code: 'NOT_FOUND', status: 404 });
      await declare();
      const { code } = outcomeOf(await attempt(none));
      const expected = name in writing ? undefined : name.includes('If-Match') ? 'VERSION_CONFLICT' : 'NOT_FOUND';
      expect(code, name).toBe(expected);
      expect(await recordsOf(haven.tenant), name).toHaveLength(name in writing ? 1 : 0);
      expect(await recordsOf(first), name).toEqual(before);
    }
  });
});

describe('data of another tenant', () => {
  let first: string;
  let known: Known;
  let before: unknown;

  /** Tests share the first tenant until one of them changes its data; then a new one is created. */
  beforeEach(async () => {
    if (first === undefined || !isDeepStrictEqual(await everythingOf(first), before)) {
      first = haven.tenant;
      known = await furnished();
      before = await everythingOf(first);
    }
    haven.tenant = randomUUID();
  });

  describe('for a tenant without collections', () => {
    const attempts = { ...onCollection, ...onRecord, ...creating };

    it.each(Object.entries(attempts))('%s finds nothing', async (_name, attempt) => {
      expect(outcomeOf(await attempt(known))).toEqual({ code: 'NOT_FOUND', status: 404 });
      expect(await everythingOf(first)).toEqual(before);
      expect(await everythingOf(haven.tenant)).toEqual({ collections: [], records: [], events: [] });
    });

    it('a caller is described with its own tenant, in both APIs', async () => {
      expect((await haven.rest('GET', '/caller')).body).toMatchObject({ tenant: haven.tenant });
      expect((await haven.graphql('{ caller { tenant } }')).body.data).toEqual({ caller: { tenant: haven.tenant } });
    });

    it('usage shows only its own, in both APIs', async () => {
      const nothing = { records: { used: 0 }, bytes: { used: 0 }, collections: { used: 0 }, keys: { used: 1 } };
      expect((await haven.rest('GET', '/usage')).body).toMatchObject(nothing);
      const fields = 'records { used } bytes { used } collections { used } keys { used }';
      expect((await haven.graphql(`{ usage { ${fields} } }`)).body.data.usage).toEqual(nothing);
    });

    it('the overview shows only its own, in both APIs', async () => {
      const nothing = { collections: 0, records: 0, bytes: 0, largest: [] };
      const idle = { active: 0, pending: 0, dead: 0, attempts: 0 };
      const { body } = await haven.rest('GET', '/stats');
      expect(body).toMatchObject({ storage: nothing, feed: { entered: 0, waiting: 0 }, webhooks: idle });
      expect(body.requests.operations.map(({ name }: any) => name)).not.toContain('createCollection');
      const fields = `storage { collections records bytes largest { name } } webhooks { ${Object.keys(idle).join(' ')} }`;
      const { stats } = (await haven.graphql(`{ stats { ${fields} } }`)).body.data;
      expect(stats).toEqual({ storage: nothing, webhooks: idle });
      for (const of of [first, 'all']) {
        const asked = `{ stats(tenant: "${of}") { tenant } }`;
        const expected = of === first ? { code: 'NOT_FOUND', status: 404 } : { code: 'FORBIDDEN', status: 403 };
        expect(outcomeOf(await haven.rest('GET', `/stats?tenant=${of}`))).toEqual(expected);
        expect(outcomeOf(await haven.graphql(asked))).toEqual(expected);
      }
    });

    it('no checkpoints are listed, in both APIs', async () => {
      expect((await haven.rest('GET', '/audit/checkpoints')).body.items).toEqual([]);
      expect((await haven.rest('GET', '/audit/checkpoint')).status).toBe(404);
      expect((await haven.graphql('{ auditCheckpoints { totalCount } }')).body.data.auditCheckpoints.totalCount).toBe(
        0,
      );
      expect(outcomeOf(await haven.graphql('{ auditCheckpoint { number } }')).code).toBe('NOT_FOUND');
    });

    it.each<[string, Attempt]>([
      ['GET api key', rest('GET', ({ key }) => `/api-keys/${key}`)],
      ['DELETE api key', rest('DELETE', ({ key }) => `/api-keys/${key}`)],
      ['POST rotate', rest('POST', ({ key }) => `/api-keys/${key}/rotate`, {})],
      ['GET api key of the tenant', ({ key }) => haven.rest('GET', `/api-keys/${key}?tenant=${first}`)],
      ['GET api keys of the tenant', () => haven.rest('GET', `/api-keys?tenant=${first}`)],
      ['POST api key for the tenant', () => haven.rest('POST', '/api-keys', newKey(first))],
      ['apiKey', ({ key }) => haven.graphql(`{ apiKey(id: "${key}") { id } }`)],
      ['apiKeys of the tenant', () => haven.graphql(`{ apiKeys(tenant: "${first}") { totalCount } }`)],
      ['createApiKey', () => haven.graphql(MAKES_KEY, { input: newKey(first) })],
      ['revokeApiKey', ({ key }) => haven.graphql(`mutation { revokeApiKey(id: "${key}") }`)],
      ['rotateApiKey', ({ key }) => haven.graphql(`mutation { rotateApiKey(id: "${key}") { token } }`)],
    ])('%s finds no such key or tenant', async (_name, attempt) => {
      const keys = () => haven.sql('SELECT id, hash, revoked_at FROM haven.api_keys WHERE tenant_id = $1', [first]);
      const left = await keys();
      expect(outcomeOf(await attempt(known))).toEqual({ code: 'NOT_FOUND', status: 404 });
      expect(await keys()).toEqual(left);
    });

    it.each(Object.entries(onWebhook))('%s finds no such webhook', async (_name, attempt) => {
      const left = await webhooksOf(haven, first);
      expect(outcomeOf(await attempt(known))).toEqual({ code: 'NOT_FOUND', status: 404 });
      expect(await webhooksOf(haven, first)).toEqual(left);
    });

    it.each(Object.entries(onDelivery))('%s finds no such delivery in its own webhook', async (_name, attempt) => {
      const own = (await haven.rest('POST', '/webhooks', PAUSED)).body.id;
      const left = await webhooksOf(haven, first);
      expect(outcomeOf(await attempt({ ...known, webhook: own }))).toEqual({ code: 'NOT_FOUND', status: 404 });
      expect(await webhooksOf(haven, first)).toEqual(left);
    });

    it.each(Object.entries(withWebhookCursor))("%s refuses the other's cursor", async (_name, attempt) => {
      const own = (await haven.rest('POST', '/webhooks', PAUSED)).body.id;
      expect(outcomeOf(await attempt({ ...known, webhook: own }))).toEqual({ code: 'CURSOR_INVALID', status: 400 });
    });

    it('only its own webhooks are listed, in both APIs', async () => {
      const own = (await haven.rest('POST', '/webhooks', PAUSED)).body.id;
      expect((await haven.rest('GET', '/webhooks')).body.items).toMatchObject([{ id: own }]);
      expect((await haven.graphql('{ webhooks { totalCount } }')).body.data.webhooks.totalCount).toBe(1);
      expect((await haven.rest('GET', `/webhooks/${own}/deliveries`)).body.items).toEqual([]);
      expect((await haven.rest('GET', `/webhooks/${own}/status`)).body).toMatchObject({ lag: 0, pending: 0, dead: 0 });
    });

    it('only its own keys are listed, in both APIs', async () => {
      expect((await haven.rest('GET', '/api-keys')).body.items).toHaveLength(1);
      expect((await haven.graphql('{ apiKeys { totalCount } }')).body.data.apiKeys.totalCount).toBe(1);
    });

    it.each<[string, Attempt]>([
      ['GET tenants', rest('GET', '/tenants')],
      ['GET tenant', () => haven.rest('GET', `/tenants/${first}`)],
      ['POST tenant', rest('POST', '/tenants', { name: 'mine' })],
      ['PATCH tenant', () => haven.rest('PATCH', `/tenants/${first}`, { suspended: true })],
      ['DELETE tenant', () => haven.rest('DELETE', `/tenants/${first}`)],
      ['tenants', graphql('tenants { totalCount }')],
      ['tenant', () => haven.graphql(`{ tenant(id: "${first}") { name } }`)],
      ['createTenant', graphql('createTenant(input: { name: "mine" }) { id }', 'mutation')],
      ['updateTenant', () => haven.graphql(`mutation { updateTenant(id: "${first}", input: {}) { id } }`)],
      ['deleteTenant', () => haven.graphql(`mutation { deleteTenant(id: "${first}") { id } }`)],
    ])('%s requires an operator', async (_name, attempt) => {
      expect(outcomeOf(await attempt(known))).toEqual({ code: 'FORBIDDEN', status: 403 });
      const state = await haven.sql('SELECT state FROM haven.tenants WHERE id = $1', [first]);
      expect(state).toEqual([{ state: 'active' }]);
    });

    it('a reference to its collection is one to no collection, in both APIs', async () => {
      const schema = { properties: { film: { 'x-haven-ref': { collection: 'films' } } } };
      const create =
        'mutation($schema: JSONObject) { createCollection(input: { name: "a", schema: $schema }) { name } }';
      const attempts = [
        await haven.rest('POST', '/collections', { name: 'a', schema }),
        await haven.graphql(create, { schema }),
      ];
      for (const attempt of attempts) expect(outcomeOf(attempt)).toEqual({ code: 'SCHEMA_INVALID', status: 422 });
      expect(await everythingOf(first)).toEqual(before);
    });

    it('no collections are listed, in both APIs', async () => {
      expect((await haven.rest('GET', '/collections')).body.items).toEqual([]);
      expect(
        (await haven.graphql('{ collections { totalCount edges { node { name } } } }')).body.data.collections,
      ).toEqual({ totalCount: 0, edges: [] });
    });

    it.each<[string, Attempt]>([
      ['POST collection', rest('POST', '/collections', { name: 'films' })],
      ['PUT collection', rest('PUT', films, { description: 'mine' }, { 'if-none-match': '*' })],
      ['createCollection', graphql('createCollection(input: { name: "films" }) { revision }', 'mutation')],
      [
        'replaceCollection',
        graphql('replaceCollection(name: "films", input: {}, ifAbsent: true) { revision }', 'mutation'),
      ],
    ])('%s with the same name creates its own collection', async (_name, attempt) => {
      expect(outcomeOf(await attempt(known)).code).toBeUndefined();
      expect((await haven.rest('GET', films)).body).toMatchObject({ name: 'films', revision: 1, schema: null });
      expect((await haven.rest('GET', `${films}/records?count=exact`)).body).toMatchObject({ items: [], total: 0 });
      expect(await everythingOf(first)).toEqual(before);
    });
  });

  describe('for a tenant with a collection of the same name', () => {
    let own: string;

    beforeEach(async () => {
      await haven.rest('POST', '/collections', { name: 'films' });
      own = (await haven.rest('POST', `${films}/records`, { data: { secret: 'own' } })).body.id;
    });

    it.each(Object.entries(onRecord))(
      '%s finds no such record, with the same response as for a missing record',
      async (_name, attempt) => {
        const answer = await attempt(known);
        expect(outcomeOf(answer)).toEqual({ code: 'NOT_FOUND', status: 404 });
        const nobodys = { ...known, id: randomUUID() };
        expect(comparable(answer, known.id)).toEqual(comparable(await attempt(nobodys), nobodys.id));
        expect(await everythingOf(first)).toEqual(before);
      },
    );

    it.each(Object.entries(withCursor))("%s refuses the other's cursor", async (_name, attempt) => {
      expect(outcomeOf(await attempt(known))).toEqual({ code: 'CURSOR_INVALID', status: 400 });
      expect(await everythingOf(first)).toEqual(before);
    });

    it.each(Object.entries(creating))('%s creates its own record at version 1', async (_name, attempt) => {
      expect(outcomeOf(await attempt(known)).code).toBeUndefined();
      expect((await haven.rest('GET', record(known))).body).toMatchObject({ version: 1, data: { mine: true } });
      expect((await haven.rest('GET', `${record(known)}/history`)).body.items).toHaveLength(1);
      expect(await everythingOf(first)).toEqual(before);
    });

    it('reads of the past show only its own records', async () => {
      const made = feedCursorAt(1);
      const then = async () => (await haven.rest('POST', `${films}/query`, { asOf: made, count: 'exact' })).body;
      await vi.waitFor(async () => expect(await then()).toMatchObject({ items: [{ id: own }], total: 1 }));
      await haven.rest('DELETE', `${films}/records/${own}`);
      expect(await then()).toMatchObject({ items: [{ id: own }], total: 1 });
      expect((await haven.rest('GET', `${films}/records/${known.id}?asOf=${made}`)).status).toBe(404);
      expect(await everythingOf(first)).toEqual(before);
    });

    it('only its own records are listed, counted and exported', async () => {
      const list = await haven.rest('GET', `${films}/records?count=exact`);
      expect(list.body).toMatchObject({ items: [{ id: own }], total: 1, nextCursor: null });
      const query = await haven.rest('POST', `${films}/query`, {
        filter: { _or: [{ secret: 'alpha' }, { $id: known.id }, { secret: 'own' }] },
      });
      expect(query.body.items.map(({ id }: { id: string }) => id)).toEqual([own]);
      const { records } = (await haven.graphql('{ records(collection: "films") { totalCount edges { node { id } } } }'))
        .body.data;
      expect(records).toEqual({ totalCount: 1, edges: [{ node: { id: own } }] });
      const lines = String((await haven.rest('GET', `${films}/export`)).body)
        .trim()
        .split('\n');
      expect(lines.map((line) => JSON.parse(line).id)).toEqual([own]);
    });

    it('pages, streams and subscriptions contain only its own changes', async () => {
      const query = 'subscription { changes(after: "earliest") { recordId } }';
      const headers = await haven.as(haven.tenant);
      const subscribed = subscribe(haven.url, query, { headers });
      const stream = await openStream(`${haven.url}/api/v1/changes?after=earliest`, headers);
      await haven.rest('DELETE', record({ ...known, id: own }));
      const others = await haven.rest('PATCH', record(known), { data: { n: 2 } }, await haven.as(first));
      expect(others.status).toBe(200);
      await vi.waitFor(() => expect([stream.events.length, subscribed.changes.length]).toEqual([3, 3]), 20_000);
      expect(stream.events.slice(1).map(({ data }) => data.recordId)).toEqual([own, own]);
      expect(subscribed.changes.slice(1)).toEqual([{ recordId: own }, { recordId: own }]);
      const { items } = (await haven.rest('GET', '/changes?after=earliest')).body;
      expect(items.map(({ recordId }: { recordId: string }) => recordId)).toEqual([own, own]);
      stream.close();
      await subscribed.client.dispose();
    });

    it("a cascading deletion deletes only its own records, and a dry run does not count the other's", async () => {
      const dry = await haven.rest('PATCH', `${films}?dryRun=true`, { schema: { required: ['none'] } });
      expect(dry.body.breaking).toEqual({ count: 1, ids: [own] });
      expect((await haven.rest('DELETE', `${films}?cascade=true`)).status).toBe(204);
      expect(await everythingOf(first)).toEqual(before);
    });

    it("a history cursor shows nothing of the other's record", async () => {
      const { body } = await haven.rest('GET', `${record(known)}/history?after=v2`);
      expect(body.items ?? []).toEqual([]);
      expect(JSON.stringify(body)).not.toContain('alpha');
    });
  });
});

it('never mixes up 20 tenants in 420 interleaved requests over two connections', async () => {
  const tenants = Array.from({ length: 20 }, () => randomUUID());
  const shared = randomUUID();
  for (const tenant of tenants) {
    const as = await haven.as(tenant);
    await haven.rest('POST', '/collections', { name: 'films' }, as);
    await haven.rest('POST', `${films}/records`, { id: shared, data: { owner: tenant } }, as);
  }
  const requests: ((tenant: string, as: Record<string, string>) => Promise<ApiResponse>)[] = [
    (_, as) => haven.rest('GET', `${films}/records/${shared}`, undefined, as),
    (_, as) => haven.rest('GET', `${films}/records?count=exact`, undefined, as),
    (tenant, as) => haven.rest('PATCH', `${films}/records/${shared}`, { data: { again: tenant } }, as),
    (_, as) =>
      haven.graphql(
        `{ record(collection: "films", id: "${shared}") { data } recordHistory(collection: "films", id: "${shared}") { edges { node { data } } } }`,
        {},
        as,
      ),
    (_, as) => haven.graphql('{ records(collection: "films") { totalCount edges { node { data } } } }', {}, as),
    (tenant, as) => haven.rest('POST', `${films}/records`, { data: { owner: tenant } }, as),
    (tenant, as) => haven.rest('PATCH', `${films}/records/${randomUUID()}`, { data: { owner: tenant } }, as),
  ];
  let next = 0;
  const askOnAndOn = async () => {
    for (let n = next++; n < 420; n = next++) {
      const tenant = tenants[n % tenants.length] ?? '';
      const answer = await requests[n % requests.length]?.(tenant, await haven.as(tenant));
      expect([200, 201, 404]).toContain(answer?.status);
      const text = JSON.stringify(answer?.body);
      expect(tenants.filter((one) => text.includes(one))).toEqual(answer?.status === 404 ? [] : [tenant]);
    }
  };
  await Promise.all(Array.from({ length: 40 }, askOnAndOn));
  const mixed = await haven.sql(
    "SELECT 1 FROM haven.events WHERE tenant_id = ANY($1) AND (data->>'owner' <> tenant_id::text OR data->>'again' <> tenant_id::text)",
    [tenants],
  );
  expect(mixed).toEqual([]);
});

describe('row security in PostgreSQL', () => {
  let first: string;
  let second: string;
  let before: object[];
  const tables = [
    'records',
    'events',
    'collections',
    'idempotency_keys',
    'response_bytes',
    'feed',
    'feed_heads',
    'checkpoints',
    'api_keys',
    'webhooks',
    'webhook_lanes',
    'webhook_deliveries',
  ];

  /** Tests share two tenants, because they roll back everything that they change. */
  beforeAll(async () => {
    [first, second] = [randomUUID(), randomUUID()];
    for (const tenant of [first, second]) {
      haven.tenant = tenant;
      await furnished();
    }
    before = [await everythingOf(first), await everythingOf(second)];
  });

  afterEach(async () => {
    expect([await everythingOf(first), await everythingOf(second)]).toEqual(before);
  });

  it.each(tables)('shows the runtime role only rows of the current tenant: %s', async (table) => {
    const rows = await asRuntime<{ tenant: string }>(
      first,
      `SELECT DISTINCT tenant_id::text AS tenant FROM haven.${table}`,
    );
    expect(rows).toEqual([{ tenant: first }]);
  });

  it('shows the runtime role only existing records of the current tenant', async () => {
    const read = async (view: string) =>
      (await asRuntime<{ id: string }>(first, `SELECT id FROM haven.${view}`)).map(({ id }) => id).toSorted();
    const own = await haven.sql<{ id: string }>(
      'SELECT id FROM haven.records WHERE tenant_id = $1 AND data IS NOT NULL',
      [first],
    );
    const ids = own.map(({ id }) => id).toSorted();
    expect(await read('live_records')).toEqual(ids);
    expect(await read('live_documents')).toEqual(ids);
    expect(ids.length).toBeGreaterThan(0);
  });

  it.each([...tables, 'live_records', 'live_documents'])('shows no rows if no tenant is set: %s', async (table) => {
    expect(await asRuntime(undefined, `SELECT 1 FROM haven.${table}`)).toEqual([]);
    expect(await asRuntime('', `SELECT 1 FROM haven.${table}`)).toEqual([]);
  });

  it('applies to connections from their first statement, and the tenant is reset after each transaction', async () => {
    const options = { ...runtimeConnection(haven.address, testConfig()), pipeline: false };
    const serving = new DatabaseClient(options); // the same options as the pool's connections
    await serving.connect();
    try {
      const count = async () =>
        (await serving.query('SELECT count(*)::integer AS n, current_user AS role FROM haven.records')).rows[0];
      expect(await count()).toEqual({ n: 0, role: 'haven_runtime' });
      for (const end of ['COMMIT', 'ROLLBACK']) {
        await serving.query('BEGIN');
        await serving.query("SELECT set_config('haven.tenant', $1, true)", [first]);
        expect(await count()).toEqual({ n: 3, role: 'haven_runtime' });
        await serving.query(end);
        expect(await count()).toEqual({ n: 0, role: 'haven_runtime' });
      }
    } finally {
      await serving.end();
    }
  });

  it.each([
    [
      'records',
      '(tenant_id, collection_id, id, version, data, created_at, updated_at) VALUES ($1, 1, gen_random_uuid(), 1, NULL, now(), now())',
    ],
    [
      'events',
      "(tenant_id, collection_id, record_id, version, type, actor, trace_id, created_at, at) VALUES ($1, 1, gen_random_uuid(), 1, 'x', 'x', 'x', now(), now())",
    ],
    ['idempotency_keys', "(tenant_id, key, path, fingerprint, status) VALUES ($1, 'x', '', '', 200)"],
    ['response_bytes', '(tenant_id, bytes) VALUES ($1, 1)'],
    [
      'collections',
      "(tenant_id, name, revision, enforce, require_precondition, indexes, created_at, updated_at) VALUES ($1, 'x', 1, 'all', false, '[]', now(), now())",
    ],
    ['webhook_lanes', '(tenant_id, webhook_id, position) VALUES ($1, gen_random_uuid(), 0)'],
    [
      'webhook_deliveries',
      "(tenant_id, webhook_id, seq, event_id, collection, record_id, version, type, state, attempts, failures) VALUES ($1, gen_random_uuid(), 1, gen_random_uuid(), 'x', gen_random_uuid(), 1, 'x', 'dead', '[]', 0)",
    ],
    [
      'webhooks',
      `(tenant_id, id, url, description, payload, "order", headers, secrets, state, revision, created_at, updated_at) VALUES ($1, gen_random_uuid(), '', '', 'full', 'none', '{}', '[]', 'paused', 1, now(), now())`,
    ],
  ])('rejects a row of another tenant, and any row if no tenant is set: %s', async (table, columns) => {
    await expect(asRuntime(first, `INSERT INTO haven.${table} ${columns}`, [second])).rejects.toMatchObject({
      code: '42501',
    });
    await expect(asRuntime(undefined, `INSERT INTO haven.${table} ${columns}`, [second])).rejects.toMatchObject({
      code: '42501',
    });
    await expect(asRuntime(first, `INSERT INTO haven.${table} ${columns}`, [first])).resolves.toEqual([]);
  });

  it.each(['records', 'collections', 'webhooks', 'webhook_deliveries'])(
    'changes no row of another tenant, and transfers none to another tenant: %s',
    async (table) => {
      const changed = await asRuntime<{ tenant_id: string }>(
        first,
        `UPDATE haven.${table} SET updated_at = now() RETURNING tenant_id`,
      );
      expect(new Set(changed.map(({ tenant_id }) => tenant_id))).toEqual(new Set([first]));
      expect(
        await asRuntime(first, `UPDATE haven.${table} SET updated_at = now() WHERE tenant_id = $1 RETURNING 1`, [
          second,
        ]),
      ).toEqual([]);
      await expect(asRuntime(first, `UPDATE haven.${table} SET tenant_id = $1`, [second])).rejects.toMatchObject({
        code: '42501',
      });
    },
  );

  it.each([
    'UPDATE haven.events SET actor = NULL',
    'DELETE FROM haven.events',
    'TRUNCATE haven.events',
    'DELETE FROM haven.records',
    'DELETE FROM haven.collections',
    'DELETE FROM haven.idempotency_keys',
    'DELETE FROM haven.response_bytes',
    'DELETE FROM haven.api_keys',
    'DELETE FROM haven.webhooks',
    'DELETE FROM haven.webhook_lanes',
    'DELETE FROM haven.webhook_deliveries',
    'TRUNCATE haven.records',
    "UPDATE haven.settings SET value = ''",
    'DELETE FROM haven.migrations',
    'ALTER TABLE haven.records DISABLE ROW LEVEL SECURITY',
    'DROP POLICY tenant ON haven.records',
    'CREATE TABLE haven.mine (a integer)',
    'INSERT INTO haven.live_records (id) VALUES (gen_random_uuid())',
    'SELECT id FROM haven.every_record',
  ])('does not let the runtime role %s', async (statement) => {
    await expect(asRuntime(first, statement)).rejects.toMatchObject({ code: '42501' });
  });

  it('has a runtime role that owns nothing, has no privileges and is a member of no other role', async () => {
    const [role] = await haven.sql(
      "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication FROM pg_roles WHERE rolname = 'haven_runtime'",
    );
    expect(role).toEqual({
      rolsuper: false,
      rolbypassrls: false,
      rolcreaterole: false,
      rolcreatedb: false,
      rolreplication: false,
    });
    expect(await haven.sql("SELECT relname FROM pg_class WHERE relowner = 'haven_runtime'::regrole")).toEqual([]);
    expect(
      await haven.sql("SELECT roleid::regrole FROM pg_auth_members WHERE member = 'haven_runtime'::regrole"),
    ).toEqual([]);
    const others = await haven.sql(
      "SELECT rolsuper, rolbypassrls, rolcanlogin FROM pg_roles WHERE rolname IN ('haven_reader', 'haven_upkeep')",
    );
    const unprivileged = { rolsuper: false, rolbypassrls: false, rolcanlogin: false };
    expect(others).toEqual([unprivileged, unprivileged]);
  });

  it('is forced on every table with a tenant', async () => {
    const found = await haven.sql(
      `SELECT relname AS name, relrowsecurity AS enabled, relforcerowsecurity AS forced FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
       WHERE relnamespace = 'haven'::regnamespace AND relkind = 'r' AND attname = 'tenant_id' ORDER BY relname`,
    );
    expect(found.map(({ name }) => name)).toEqual(expect.arrayContaining(tables));
    for (const table of found) expect(table).toMatchObject({ enabled: true, forced: true });
  });
});

/** Creates a collection of the current tenant, with three records, of which one was changed and one was deleted. */
async function furnished(): Promise<Known> {
  await haven.rest('POST', '/collections', { name: 'films', description: 'first' }, { 'idempotency-key': 'films' });
  await haven.rest('POST', '/collections', { name: 'shows' });
  const { id } = (await haven.rest('POST', `${films}/records`, { data: { secret: 'alpha' } })).body;
  await haven.rest('POST', `${films}/records`, { data: { secret: 'beta' } });
  const gone = (await haven.rest('POST', `${films}/records`, { data: { secret: 'gamma' } })).body.id;
  await haven.rest('DELETE', `${films}/records/${gone}`);
  const cursor = (await haven.rest('GET', `${films}/records?sort=secret&limit=1`)).body.nextCursor;
  const collectionCursor = (await haven.rest('GET', '/collections?limit=1')).body.nextCursor;
  const feedCursor = await vi.waitFor(
    async () => {
      const { items, nextCursor } = (await haven.rest('GET', '/changes?after=earliest')).body;
      expect(items).toHaveLength(4);
      return nextCursor;
    },
    { timeout: 20_000, interval: 10 },
  );
  await checkpointed();
  const checkpointCursor = (await haven.rest('GET', '/audit/checkpoints?limit=1')).body.nextCursor;
  expect([cursor, collectionCursor, checkpointCursor, feedCursor].map((each) => typeof each)).toEqual([
    'string',
    'string',
    'string',
    'string',
  ]);
  const key = (await haven.rest('POST', '/api-keys', newKey())).body.id;
  const [webhook = '', delivery = ''] = await preparedWebhook(haven);
  await haven.rest('POST', '/webhooks', PAUSED);
  const webhookCursor = (await haven.rest('GET', '/webhooks?limit=1')).body.nextCursor;
  const deliveryCursor = (await haven.rest('GET', `/webhooks/${webhook}/deliveries?limit=1`)).body.nextCursor;
  expect([webhookCursor, deliveryCursor].map((each) => typeof each)).toEqual(['string', 'string']);
  const cursors = { cursor, collectionCursor, checkpointCursor, feedCursor, webhookCursor, deliveryCursor };
  return { id, key, webhook, delivery, ...cursors };
}

/** Returns the cursor after `seq` events of the current tenant. */
function feedCursorAt(seq: number): string {
  const caller = { tenantId: haven.tenant, actor: 'tester', traceId: '', access: Access.full };
  return haven.app.get(FeedCursors, { strict: false }).seal(caller, seq);
}

/** Creates two checkpoints of the current tenant after its events were added to the feed. */
async function checkpointed(): Promise<void> {
  await vi.waitFor(async () => expect((await feedOf(haven.tenant)).length).toBe(4), { timeout: 10_000 });
  await haven.app.get(MaintenanceScheduler, { strict: false }).runAll();
}

const feedOf = (tenant: string) => haven.sql('SELECT seq FROM haven.feed WHERE tenant_id = $1', [tenant]);

/** Queries for every row of the tenant `$1`. */
const EVERY_ROW = [
  'SELECT * FROM haven.collections WHERE tenant_id = $1 ORDER BY id',
  'SELECT * FROM haven.records WHERE tenant_id = $1 ORDER BY id',
  'SELECT * FROM haven.events WHERE tenant_id = $1 ORDER BY position',
];

/** Returns every row of a tenant. */
async function everythingOf(tenant: string): Promise<object> {
  const [collections, records, events] = await selectAll(haven, EVERY_ROW, [tenant]);
  return { collections, records, events };
}

/** Returns the code and the status of an error of either API; both are undefined if there is no error. */
function outcomeOf({ status, body }: ApiResponse): { code: string | undefined; status: number | undefined } {
  const error = body.errors?.[0]?.extensions ?? (status >= 400 ? { code: body.code, status } : {});
  return { code: error.code, status: error.status };
}

/** Returns a response without its trace id and the id of the record, which differ for each request. */
function comparable({ status, body, headers }: ApiResponse, id: string): unknown {
  const text = JSON.stringify(body)
    .replaceAll(id, 'id')
    .replace(/"traceId":"[^"]*"/g, '');
  return { status, text, etag: headers.get('etag') };
}

/** Runs one statement with `haven_runtime`, the role that Haven uses for requests, and rolls it back. */
async function asRuntime<Row extends object>(
  tenant: string | undefined,
  statement: string,
  values: unknown[] = [],
): Promise<Row[]> {
  await haven.sql('BEGIN');
  try {
    await haven.sql('SET LOCAL ROLE haven_runtime');
    if (tenant !== undefined) await haven.sql("SELECT set_config('haven.tenant', $1, true)", [tenant]);
    return (await haven.sql(statement, values)) as Row[];
  } finally {
    await haven.sql('ROLLBACK');
  }
}
