import { openStream, subscribe } from './change-streams.js';
import type { Receiver } from './webhook-receiver.js';

/** Settings with which the load reaches every limit. */
export const TIGHT = {
  HAVEN_OVERLOAD_POOL_QUEUE: '5',
  HAVEN_QUOTAS_COLLECTIONS: '1',
  HAVEN_RATE_LIMITS_PER_TENANT: '4000',
  HAVEN_RATE_LIMITS_WINDOW: '2s',
  HAVEN_WEBHOOKS_SCHEDULE: '200ms',
};

/**
 * Clients of every kind that run until they are stopped. Some send invalid requests, and some conflict with each other.
 */
export interface MixedLoad {
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<ApiResponse>;
  stop(): Promise<void>;
}

interface ApiResponse {
  status: number;
  body: any;
}

export async function startMixedLoad(origin: string, receiver: Receiver): Promise<MixedLoad> {
  const call: MixedLoad['call'] = async (method, path, body, headers = {}) => {
    const response = await fetch(`${origin}${path}`, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : text };
  };
  const graphql = (query: string, variables = {}): Promise<ApiResponse> =>
    call('POST', '/graphql', { query, variables });

  const schema = { type: 'object', properties: { n: { type: 'integer' } } };
  const created = await call('POST', '/api/v1/collections', { name: 'films', schema });
  if (created.status !== 201) throw new Error(JSON.stringify(created.body));
  await receiver.respondWith({ path: '/fails', status: 500 });
  for (const path of ['/works', '/fails']) await call('POST', '/api/v1/webhooks', { url: receiver.url(path) });
  const stream = await openStream(`${origin}/api/v1/changes`, {});
  const subscription = subscribe(origin, 'subscription { changes { cursor } }');

  const records = '/api/v1/collections/films/records';
  const round = async (): Promise<void> => {
    const { body: film } = await call('POST', records, { data: { n: 1 } });
    await call('GET', `${records}/${film.id}`);
    await call('PATCH', `${records}/${film.id}`, { data: { n: 2 } }, { 'if-match': '"1"' });
    await call('PATCH', `${records}/${film.id}`, { data: { n: 3 } }, { 'if-match': '"1"' }); // a conflict
    await call('POST', records, { data: { n: 'one' } }); // violates the schema
    await call('GET', `${records}/${crypto.randomUUID()}`);
    await call('POST', `/api/v1/collections/films/query`, { filter: { n: { _gt: 1 } }, limit: 5 });
    const key = { 'idempotency-key': `"${crypto.randomUUID()}"` };
    for (let time = 0; time < 2; time++) await call('POST', records, { data: { n: 4 } }, key);
    await call('POST', '/api/v1/collections/films/import', '{"data":{"n":5}}\n{"data":{"n":"five"}}\n', {
      'content-type': 'application/x-ndjson',
    });
    await call('POST', '/api/v1/collections', { name: 'songs' }); // exceeds the quota
    await call('GET', '/api/v1/collections', undefined, { authorization: 'Bearer hvn_nobody' });
    await graphql('{ records(collection: "films", first: 5) { totalCount edges { node { id data } } } }');
    await graphql('mutation ($data: JSONObject!) { createRecord(collection: "films", data: $data) { id } }', {
      data: { n: 6 },
    });
    await graphql('{ record(collection: "films", id: "not an id") { id } }');
    await call('GET', '/readyz');
  };

  const stopping = new AbortController();
  const running = (async () => {
    while (!stopping.signal.aborted) await round().catch(unlessDisconnected);
  })();
  running.catch(() => undefined); // stop() rethrows it
  return {
    call,
    stop: async () => {
      stopping.abort();
      stream.close();
      subscription.stop();
      await running;
    },
  };
}

/** Ignores lost connections, which are expected while the database is unavailable. */
function unlessDisconnected(error: unknown): void {
  if (!(error instanceof TypeError && error.message === 'fetch failed')) throw error;
}
