import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';

import createClient from 'openapi-fetch';

import type { components, paths } from './generated/openapi.js';

type Haven = ReturnType<typeof createClient<paths>>;
type StoredRecord = components['schemas']['Record'];
type Problem = components['schemas']['Problem'];

/** Haven said no: `problem.code` says why, and TypeScript knows every code there is. */
export class Refusal extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.problem = problem;
  }
}

/** What came back, or a `Refusal`. */
function taken<T>(answer: { data?: T; error?: Problem }): T {
  if (answer.error) throw new Refusal(answer.error);
  return answer.data as T; // one of the two is there
}

/** Makes a record once, however often it has to be asked for. */
export async function createOnce(haven: Haven, collection: string, data: StoredRecord['data']): Promise<StoredRecord> {
  const params = { path: { collection }, header: { 'Idempotency-Key': `"${randomUUID()}"` } };
  for (let attempt = 1; ; attempt += 1) {
    try {
      const made = await haven.POST('/api/v1/collections/{collection}/records', { params, body: { data } });
      if (made.data) return made.data;
      const again = made.error.code === 'IDEMPOTENCY_IN_FLIGHT' || made.error.code === 'UNAVAILABLE';
      if (!again || attempt === 8) throw new Refusal(made.error);
    } catch (error) {
      if (error instanceof Refusal || attempt === 8) throw error; // any other: no answer came, so who knows
    }
    await setTimeout(Math.random() * 100 * 2 ** attempt); // so that those who failed together do not come back together
  }
}

/** Changes a record by a function of what it is; starts again whenever somebody else was faster. */
export async function update(
  haven: Haven,
  path: { collection: string; id: string },
  change: (data: StoredRecord['data']) => StoredRecord['data'],
): Promise<StoredRecord> {
  for (let attempt = 1; ; attempt += 1) {
    const record = taken(await haven.GET('/api/v1/collections/{collection}/records/{id}', { params: { path } }));
    const { data, error } = await haven.PUT('/api/v1/collections/{collection}/records/{id}', {
      params: { path, header: { 'If-Match': `"${record.version}"` } },
      body: { data: change(record.data) },
    });
    if (data) return data;
    if (error.code !== 'VERSION_CONFLICT' || attempt === 20) throw new Refusal(error);
    await setTimeout(Math.random() * 20); // so that two who met do not meet again
  }
}

/** All records that match, a page at a time. */
export async function* everyRecord(haven: Haven, collection: string, filter: Record<string, unknown>) {
  let after: string | undefined;
  do {
    const page = taken(
      await haven.POST('/api/v1/collections/{collection}/query', {
        params: { path: { collection } },
        body: { filter, sort: ['title'], limit: 2, after },
      }),
    );
    yield* page.items;
    after = page.nextCursor ?? undefined;
  } while (after !== undefined);
}

/** Sends back the position of the last response, so that no read replica shows anything older. */
function rememberPosition(haven: Haven): void {
  let told = '';
  haven.use({
    onRequest({ request }) {
      if (told !== '') request.headers.set('Haven-Position', told);
    },
    onResponse({ response }) {
      const position = response.headers.get('Haven-Position') ?? '';
      if (position > told) told = position;
    },
  });
}

/** Makes a collection, changes a record from ten sides at once, reads a list to its end, is refused. */
export async function tour(url: string) {
  const haven = createClient<paths>({ baseUrl: url });
  rememberPosition(haven);
  const path = { collection: 'example-rest' };
  const schema = { type: 'object', required: ['title'], properties: { views: { type: 'integer' } } };
  taken(await haven.PUT('/api/v1/collections/{collection}', { params: { path }, body: { schema } }));

  const ids: string[] = [];
  for (const title of ['Alien', 'Amélie', 'Heat', 'Metropolis', 'Parasite']) {
    ids.push((await createOnce(haven, path.collection, { title, views: 0 })).id);
  }

  const address = { ...path, id: ids[0] ?? '' };
  const once = () => update(haven, address, (data) => ({ ...data, views: Number(data['views']) + 1 }));
  await Promise.all(Array.from({ length: 10 }, once));
  const { data: alien, version } = await update(haven, address, (data) => ({ ...data, seen: true }));

  const titles: unknown[] = [];
  for await (const { data } of everyRecord(haven, path.collection, { title: { _gte: 'B' } }))
    titles.push(data['title']);

  const refused = await update(haven, address, () => ({ views: 'many' })).catch((error: unknown) => {
    if (error instanceof Refusal && error.problem.code === 'SCHEMA_VIOLATION') {
      return error.problem.errors?.map(({ pointer, detail }) => `${pointer} ${detail}`);
    }
    throw error;
  });

  await haven.DELETE('/api/v1/collections/{collection}', { params: { path, query: { cascade: true } } });
  return { alien, version, titles, refused };
}

if (process.argv[1] === import.meta.filename) {
  console.log(JSON.stringify(await tour(process.argv[2] ?? 'http://localhost:8080'), null, 2));
}
