import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';

import createClient from 'openapi-fetch';

import type { components, paths } from './generated/openapi.js';

type Haven = ReturnType<typeof createClient<paths>>;
type StoredRecord = components['schemas']['Record'];
type Problem = components['schemas']['Problem'];

/** Thrown for an error response; `problem.code` states the reason, and its type lists all codes. */
export class HavenError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.problem = problem;
  }
}

/** Returns the data of a response, or throws a `HavenError`. */
function dataOf<T>(response: { data?: T; error?: Problem }): T {
  if (response.error) throw new HavenError(response.error);
  return response.data as T; // a response has one of the two
}

/** Creates a record exactly once, even if the request has to be retried. */
export async function createOnce(haven: Haven, collection: string, data: StoredRecord['data']): Promise<StoredRecord> {
  const params = { path: { collection }, header: { 'Idempotency-Key': `"${randomUUID()}"` } };
  for (let attempt = 1; ; attempt += 1) {
    try {
      const created = await haven.POST('/api/v1/collections/{collection}/records', { params, body: { data } });
      if (created.data) return created.data;
      const canRetry = created.error.code === 'IDEMPOTENCY_IN_FLIGHT' || created.error.code === 'UNAVAILABLE';
      if (!canRetry || attempt === 8) throw new HavenError(created.error);
    } catch (error) {
      if (error instanceof HavenError || attempt === 8) throw error; // other errors: no response, so retry
    }
    await setTimeout(Math.random() * 100 * 2 ** attempt); // random, so that clients do not retry together
  }
}

/** Changes a record by a function of its current data. Retries if another client changed it in the meantime. */
export async function update(
  haven: Haven,
  path: { collection: string; id: string },
  change: (data: StoredRecord['data']) => StoredRecord['data'],
): Promise<StoredRecord> {
  for (let attempt = 1; ; attempt += 1) {
    const record = dataOf(await haven.GET('/api/v1/collections/{collection}/records/{id}', { params: { path } }));
    const { data, error } = await haven.PUT('/api/v1/collections/{collection}/records/{id}', {
      params: { path, header: { 'If-Match': `"${record.version}"` } },
      body: { data: change(record.data) },
    });
    if (data) return data;
    if (error.code !== 'VERSION_CONFLICT' || attempt === 20) throw new HavenError(error);
    await setTimeout(Math.random() * 20); // random, so that two clients do not collide again
  }
}

/** Yields all records that match the filter, page by page. */
export async function* everyRecord(haven: Haven, collection: string, filter: Record<string, unknown>) {
  let after: string | undefined;
  do {
    const page = dataOf(
      await haven.POST('/api/v1/collections/{collection}/query', {
        params: { path: { collection } },
        body: { filter, sort: ['title'], limit: 2, after },
      }),
    );
    yield* page.items;
    after = page.nextCursor ?? undefined;
  } while (after !== undefined);
}

/** Sends back the position of the last response, so that no read replica returns older data. */
function sendPosition(haven: Haven): void {
  let latest = '';
  haven.use({
    onRequest({ request }) {
      if (latest !== '') request.headers.set('Haven-Position', latest);
    },
    onResponse({ response }) {
      const position = response.headers.get('Haven-Position') ?? '';
      if (position > latest) latest = position;
    },
  });
}

/** Creates a collection, changes a record ten times concurrently, reads all pages of a list, and causes an error. */
export async function tour(url: string) {
  const haven = createClient<paths>({ baseUrl: url });
  sendPosition(haven);
  const path = { collection: 'example-rest' };
  const schema = { type: 'object', required: ['title'], properties: { views: { type: 'integer' } } };
  dataOf(await haven.PUT('/api/v1/collections/{collection}', { params: { path }, body: { schema } }));

  const ids: string[] = [];
  for (const title of ['Alien', 'Amélie', 'Heat', 'Metropolis', 'Parasite']) {
    ids.push((await createOnce(haven, path.collection, { title, views: 0 })).id);
  }

  const target = { ...path, id: ids[0] ?? '' };
  const once = () => update(haven, target, (data) => ({ ...data, views: Number(data['views']) + 1 }));
  await Promise.all(Array.from({ length: 10 }, once));
  const { data: alien, version } = await update(haven, target, (data) => ({ ...data, seen: true }));

  const titles: unknown[] = [];
  for await (const { data } of everyRecord(haven, path.collection, { title: { _gte: 'B' } }))
    titles.push(data['title']);

  const refused = await update(haven, target, () => ({ views: 'many' })).catch((error: unknown) => {
    if (error instanceof HavenError && error.problem.code === 'SCHEMA_VIOLATION') {
      return error.problem.errors?.map(({ pointer, detail }) => `${pointer}: ${detail}`);
    }
    throw error;
  });

  await haven.DELETE('/api/v1/collections/{collection}', { params: { path, query: { cascade: true } } });
  return { alien, version, titles, refused };
}

if (process.argv[1] === import.meta.filename) {
  console.log(JSON.stringify(await tour(process.argv[2] ?? 'http://localhost:8080'), null, 2));
}
