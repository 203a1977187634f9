import { openStream, subscribe } from './followers.js';
import type { Receiver } from './webhook-receiver.js';

/** Settings under which the load meets every limit. */
export const TIGHT = {
  HAVEN_OVERLOAD_POOL_QUEUE: '5',
  HAVEN_QUOTAS_COLLECTIONS: '1',
  HAVEN_RATE_LIMITS_PER_TENANT: '4000',
  HAVEN_RATE_LIMITS_WINDOW: '2s',
  HAVEN_WEBHOOKS_SCHEDULE: '200ms',
};

/** Clients of every kind, until they are stopped: some make mistakes, some get in each other's way. */
export interface MixedLoad {
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  stop(): Promise<void>;
}

interface Answer {
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
  const graphql = (query: string, variables = {}): Promise<Answer> => call('POST', '/graphql', { query, variables });

  const schema = { type: 'object', properties: { n: { type: 'integer' } } };
  const made = await call('POST', '/api/v1/collections', { name: 'films', schema });
  if (made.status !== 201) throw new Error(JSON.stringify(made.body));
  await receiver.answers({ path: '/fails', status: 500 });
  for (const path of ['/works', '/fails']) await call('POST', '/api/v1/webhooks', { url: receiver.url(path) });
  const stream = await openStream(`${origin}/api/v1/changes`, {});
  const subscription = subscribe(origin, 'subscription { changes { cursor } }');

  const records = '/api/v1/collections/films/records';
  const round = async (): Promise<void> => {
    const { body: film } = await call('POST', records, { data: { n: 1 } });
    await call('GET', `${records}/${film.id}`);
    await call('PATCH', `${records}/${film.id}`, { data: { n: 2 } }, { 'if-match': '"1"' });
    await call('PATCH', `${records}/${film.id}`, { data: { n: 3 } }, { 'if-match': '"1"' }); // a conflict
    await call('POST', records, { data: { n: 'one' } }); // not what the schema says
    await call('GET', `${records}/${crypto.randomUUID()}`);
    await call('POST', `/api/v1/collections/films/query`, { filter: { n: { _gt: 1 } }, limit: 5 });
    const key = { 'idempotency-key': `"${crypto.randomUUID()}"` };
    for (let time = 0; time < 2; time++) await call('POST', records, { data: { n: 4 } }, key);
    await call('POST', '/api/v1/collections/films/import', '{"data":{"n":5}}\n{"data":{"n":"five"}}\n', {
      'content-type': 'application/x-ndjson',
    });
    await call('POST', '/api/v1/collections', { name: 'songs' }); // more than the quota
    await call('GET', '/api/v1/collections', undefined, { authorization: 'Bearer hvn_nobody' });
    await graphql('{ records(collection: "films", first: 5) { totalCount edges { node { id data } } } }');
    await graphql('mutation ($data: JSONObject!) { createRecord(collection: "films", data: $data) { id } }', {
      data: { n: 6 },
    });
    await graphql('{ record(collection: "films", id: "not an id") { id } }');
    await call('GET', '/readyz');
  };

  const over = new AbortController();
  const running = (async () => {
    while (!over.signal.aborted) await round().catch(unlessCutOff);
  })();
  running.catch(() => undefined); // told by stop()
  return {
    call,
    stop: async () => {
      over.abort();
      stream.close();
      subscription.stop();
      await running;
    },
  };
}

/** While the database is away a client may lose its connection, and begins again. */
function unlessCutOff(error: unknown): void {
  if (!(error instanceof TypeError && error.message === 'fetch failed')) throw error;
}
