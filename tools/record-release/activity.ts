import { until } from '../resilience/harness/wait.ts';
import type { Recorder, ResponseBody } from './recorder.ts';

/** The receiver of webhooks. It accepts the first request and fails the others, so that one delivery succeeds. */
export interface WebhookReceiver {
  origin: string;
}

/** Identifiers and secrets that the clients of a release hold, besides what is recorded of their requests. */
export interface Held {
  tenant: string;
  /** Cursor of the last change that a follower has processed. */
  cursor: string;
  /** A record that is changed later. */
  record: { id: string; version: number };
  webhook: { id: string; secret: string };
  /** A checkpoint that an auditor has exported. */
  checkpoint: object;
}

const FILM_SCHEMA = {
  type: 'object',
  required: ['title'],
  properties: { title: { type: 'string', minLength: 1 }, year: { type: 'integer' } },
};
const FILMS = '/api/v1/collections/films';
const PEOPLE = '/api/v1/collections/people/records';

/** Uses each feature that stores something, and records the requests with which clients read it. */
export async function useHaven(client: Recorder, receiver: WebhookReceiver): Promise<Held> {
  const tenant = await createAccess(client);
  const films = await createRecords(client);
  const webhook = await createWebhook(client, receiver);
  const seen = await allChanges(client);
  const cursor = seen[5]?.cursor ?? '';
  await readRecords(client, films, cursor);
  await readAsGraphql(client, films, cursor);
  await readSettings(client, webhook.id);
  const checkpoint = await until('a checkpoint covers all changes', async () => {
    const newest = await client.write('GET', '/api/v1/audit/checkpoint').catch(() => undefined); // 404: there is none
    return newest?.lastSeq === seen.length && newest;
  });
  await client.read('checkpoints', 'GET', '/api/v1/audit/checkpoints');
  return { tenant, cursor: seen.at(-1)?.cursor ?? '', record: { id: films.updated, version: 3 }, webhook, checkpoint };
}

/** Creates a tenant with a key of all scopes, one with few, and a revoked one. Returns the id of the tenant. */
async function createAccess(client: Recorder): Promise<string> {
  const operator = { key: 'operator' };
  const { id: tenant } = await client.write('POST', '/api/v1/tenants', { name: 'Acme' }, operator);
  const issue = async (name: string, scopes: string[], collections?: string[]): Promise<string> => {
    const input = { name, scopes, tenant, ...(collections && { collections }) };
    const { id, token } = await client.write('POST', '/api/v1/api-keys', input, operator);
    client.keys[name] = token;
    return id;
  };
  const scopes = 'records:read records:write collections:write changes:read webhooks:write history:erase keys:write';
  await issue('shop', scopes.split(' '));
  await issue('reader', ['records:read'], ['films']);
  const revoked = await issue('revoked', ['records:read']);
  await client.write('DELETE', `/api/v1/api-keys/${revoked}?tenant=${tenant}`, undefined, operator);
  await client.read('a tenant', 'GET', `/api/v1/tenants/${tenant}`, operator);
  return tenant;
}

/** Ids of records by the last thing that happened to them. */
type Films = Record<'updated' | 'deleted' | 'restored' | 'erased' | 'graphql', string>;

async function createRecords(client: Recorder): Promise<Films> {
  const settings = { name: 'films', description: 'Films', schema: FILM_SCHEMA, indexes: ['year'] };
  await client.write('POST', '/api/v1/collections', settings);
  await client.write('POST', '/api/v1/collections', {
    name: 'people',
    requirePrecondition: true,
    cache: { maxAge: '2s' },
  });
  const create = async (data: object): Promise<string> => (await client.write('POST', `${FILMS}/records`, { data })).id;

  const updated = await create({ title: 'Alien', year: 1978 });
  await client.write(
    'PATCH',
    `${FILMS}/records/${updated}`,
    { data: { year: 1979 } },
    { headers: { 'If-Match': '"1"' } },
  );
  await client.write('PUT', `${FILMS}/records/${updated}`, { data: { title: 'Alien', year: 1979, cast: ['Weaver'] } });
  const deleted = await create({ title: 'Brazil', year: 1985 });
  await client.write('DELETE', `${FILMS}/records/${deleted}`);
  const restored = await create({ title: 'Contact', year: 1997 });
  await client.write('DELETE', `${FILMS}/records/${restored}`);
  await client.write('POST', `${FILMS}/records/${restored}/restore`, { version: 1 });
  const erased = await create({ title: 'Dune', year: 1984 });
  await client.write('POST', `${FILMS}/records/${erased}/erase`);
  const mutation = 'mutation ($data: JSONObject!) { createRecord(collection: "films", data: $data) { id } }';
  const { createRecord } = await client.graphql(mutation, { data: { title: 'Éloge de l’amour 🎞', year: 2001 } });
  const lines = Array.from({ length: 12 }, (_, n) =>
    JSON.stringify({ title: `Part ${n}`, year: 1990 + n, score: n / 7 }),
  );
  await client.write('POST', `${FILMS}/import`, lines.join('\n'));

  await client.retryable('order-1', 'POST', `${FILMS}/records`, { body: { data: { title: 'Fargo', year: 1996 } } });
  const query =
    'mutation { createRecord(collection: "films", data: {title: "Gattaca"}) { id version data createdAt } }';
  await client.retryable('order-2', 'POST', '/graphql', { body: { query, variables: {} } });
  const operations = [
    { op: 'create', collection: 'films', data: { title: 'Heat', year: 1995 } },
    { op: 'patch', collection: 'films', id: createRecord.id, data: { seen: true }, expectedVersion: 1 },
  ];
  await client.retryable('order-3', 'POST', '/api/v1/batch', { body: { operations } });
  return { updated, deleted, restored, erased, graphql: createRecord.id };
}

/** Creates a webhook with a delivered change, a change that is retried and one that waits behind it. */
async function createWebhook(client: Recorder, { origin }: WebhookReceiver): Promise<Held['webhook']> {
  const input = { url: `${origin}/haven`, collections: ['people'], headers: { 'X-Shop': 'one' } };
  const { id, secret } = await client.write('POST', '/api/v1/webhooks', input);
  const deliveries = async (state: string): Promise<unknown[]> =>
    (await client.write('GET', `/api/v1/webhooks/${id}/deliveries?state=${state}`)).items;
  await client.write('POST', PEOPLE, { data: { name: 'Ripley' } });
  await until('a change is delivered', async () => (await deliveries('delivered')).length === 1);
  const ash = await client.write('POST', PEOPLE, { data: { name: 'Ash' } });
  await until('a delivery has failed', async () => (await deliveries('retrying')).length === 1);
  await client.write('PATCH', `${PEOPLE}/${ash.id}`, { data: { android: true } }, { headers: { 'If-Match': '"1"' } });
  await until('a delivery waits', async () => (await deliveries('held')).length === 1);
  return { id, secret };
}

/** Returns all changes once the feed has the last of them. */
async function allChanges(client: Recorder): Promise<ResponseBody['items']> {
  return until('the feed is complete', async () => {
    const { items } = await client.write('GET', '/api/v1/changes?after=earliest&limit=100');
    return items.at(-1)?.record?.data?.android === true && items;
  });
}

async function readRecords(client: Recorder, films: Films, cursor: string): Promise<void> {
  const record = `${FILMS}/records/${films.updated}`;
  const { createdAt } = await client.read('a record', 'GET', record);
  await client.read('a record that has not changed', 'GET', record, { headers: { 'If-None-Match': '"3"' } });
  await client.read('a record at a time', 'GET', `${record}?asOf=${createdAt}`);
  await client.read('a record at a cursor', 'GET', `${record}?asOf=${cursor}`);
  await client.read('the history of a record', 'GET', `${record}/history`);
  await client.read('a version of a record', 'GET', `${record}/history/1`);
  for (const each of ['deleted', 'restored', 'erased'] as const) {
    await client.read(`a record that was ${each}`, 'GET', `${FILMS}/records/${films[each]}`);
    await client.read(`the history of a record that was ${each}`, 'GET', `${FILMS}/records/${films[each]}/history`);
  }
  const filter = encodeURIComponent('{"year":{"_gte":1990}}');
  const page = `${FILMS}/records?filter=${filter}&sort=-year&limit=5&count=exact`;
  const { nextCursor } = await client.read('a list', 'GET', page);
  await client.read('the next page of a list', 'GET', `${page}&after=${nextCursor}`);
  await client.read('a list at a cursor', 'GET', `${FILMS}/records?limit=5&asOf=${cursor}`);
  await client.read('a list with a restricted key', 'GET', `${FILMS}/records?limit=3`, { key: 'reader' });
  await client.read('a collection that a key does not include', 'GET', PEOPLE, { key: 'reader' });
  await client.read('a request with a revoked key', 'GET', record, { key: 'revoked' });
  await client.read('changes from the beginning', 'GET', '/api/v1/changes?after=earliest&limit=5');
  await client.read('changes after a cursor', 'GET', `/api/v1/changes?after=${cursor}&limit=100`);
}

async function readAsGraphql(client: Recorder, films: Films, cursor: string): Promise<void> {
  const variables = { id: films.updated, cursor, erased: films.erased };
  await client.readGraphql(
    'records',
    `query ($id: ID!, $cursor: String!) {
      record(collection: "films", id: $id) { id collection version data createdAt updatedAt }
      past: record(collection: "films", id: $id, asOf: $cursor) { version data }
    }`,
    { id: variables.id, cursor },
  );
  await client.readGraphql(
    'histories',
    `query ($id: ID!, $erased: ID!) {
      recordHistory(collection: "films", id: $id) { edges { cursor node { version type data at actor } } }
      erased: recordHistory(collection: "films", id: $erased) { edges { node { version type data } } }
    }`,
    { id: variables.id, erased: variables.erased },
  );
  const list = `query ($after: String) {
    records(collection: "films", first: 4, after: $after, sort: ["year"]) {
      totalCount edges { cursor node { id version data } } pageInfo { endCursor hasNextPage }
    }
  }`;
  const { data } = await client.readGraphql('a page', list, { after: null });
  await client.readGraphql('the next page', list, { after: data.records.pageInfo.endCursor });
  await client.readGraphql(
    'changes',
    `query ($cursor: String!) {
      changes(after: $cursor, first: 100) { items { cursor type collection recordId version at record { data } } }
    }`,
    { cursor },
  );
}

async function readSettings(client: Recorder, webhook: string): Promise<void> {
  await client.read('a collection', 'GET', FILMS);
  await client.read('all collections', 'GET', '/api/v1/collections');
  const deliveries = `/api/v1/webhooks/${webhook}/deliveries`;
  const [delivered] = (await client.write('GET', `${deliveries}?state=delivered`)).items;
  await client.read('a delivery', 'GET', `${deliveries}/${delivered?.id}`);
  const fields = 'id name scopes collections createdAt expiresAt revokedAt';
  await client.readGraphql(
    'settings',
    `{ collections { edges { node { name revision schema requirePrecondition cache { maxAge } } } }
       webhooks { edges { node { id collections state revision } } }
       apiKeys { edges { node { ${fields} } } } }`,
    {},
  );
  await client.readGraphql('usage', '{ usage { collections { used } keys { used } } }', {});
}
