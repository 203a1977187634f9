import { randomUUID } from 'node:crypto';

import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { secondHaven, startHaven } from '../support/haven.js';
import type { ApiResponse } from '../support/haven.js';
import { statementsOf } from '../support/statements.js';

const haven = startHaven();
const FILMS = '/collections/films';
const LIST = `${FILMS}/records`;
const SCHEMA = { properties: { director: { type: 'string', 'x-haven-ref': { collection: 'people' } } } };
const PATIENCE = { timeout: 20_000, interval: 10 };

let second: Awaited<ReturnType<typeof secondHaven>>;
beforeAll(async () => {
  second = await secondHaven(haven);
});
afterAll(() => second.app.close());

beforeEach(async () => {
  await haven.rest('POST', '/collections', { name: 'people' });
  await haven.rest('POST', '/collections', { name: 'films', schema: SCHEMA });
});

const create = (collection: string, data: object, headers?: Record<string, string>) =>
  haven.rest('POST', `/collections/${collection}/records`, { data }, headers);

/** Lists with the given tags, by the first process or the second one. */
async function list(path: string, tags = '"none"', process: 'first' | 'second' = 'first'): Promise<ApiResponse> {
  const headers = { 'if-none-match': tags };
  if (process === 'first') return haven.rest('GET', path, undefined, headers);
  const response = await fetch(`${second.url}/api/v1${path}`, {
    headers: { ...headers, 'x-test-tenant': haven.tenant },
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
}

/** Returns the tag of a list once all changes have entered the feed. */
const tagOf = (path: string): Promise<string> =>
  vi.waitFor(async () => {
    const tag = (await list(path)).headers.get('etag');
    if (tag === null) throw new Error('The list has no tag yet.');
    return tag;
  }, PATIENCE);

/** Runs `work` while nothing enters the feed. */
async function withoutSequencer(work: () => Promise<void>): Promise<void> {
  await haven.sql('BEGIN');
  await haven.sql('SELECT FROM haven.sequencer FOR UPDATE');
  try {
    await work();
  } finally {
    await haven.sql('ROLLBACK');
  }
}

describe('the entity tag of a list', () => {
  it('is answered with 304 as long as nothing changes, without reading records', async () => {
    await create('films', { title: 'Alien' });
    const tag = await tagOf(LIST);
    expect(tag).toMatch(/^W\/"[\w-]{22}"$/);
    let unchanged: ApiResponse | undefined;
    const sent = await statementsOf(async () => {
      unchanged = await list(LIST, `"other", ${tag}`);
    });
    expect(unchanged).toMatchObject({ status: 304, body: '' });
    expect(unchanged?.headers.get('etag')).toBe(tag);
    expect(sent.filter(({ text }) => /records/.test(text))).toEqual([]);
    expect((await list(LIST, tag, 'second')).status).toBe(304);
    expect((await haven.rest('HEAD', LIST, undefined, { 'if-none-match': tag })).status).toBe(304);
  });

  it('is sent without a condition too, once it is known', async () => {
    await create('films', { title: 'Alien' });
    const tag = await tagOf(LIST);
    expect((await haven.rest('GET', LIST)).headers.get('etag')).toBe(tag);
  });

  it('is not answered with 304 once a change is acknowledged, although the change is not in the feed', async () => {
    const { body } = await create('films', { title: 'Alien' });
    const changes = [
      () => create('films', { title: 'Brazil' }),
      () => haven.rest('PATCH', `${LIST}/${body.id}`, { data: { title: 'Aliens' } }),
      () => haven.rest('DELETE', `${LIST}/${body.id}`),
    ];
    for (const change of changes) {
      const tag = await tagOf(LIST);
      await withoutSequencer(async () => {
        expect((await list(LIST, tag, 'second')).status).toBe(304);
        await change();
        const answer = await list(LIST, tag, 'second');
        expect(answer.status).toBe(200);
        expect(answer.headers.get('etag')).toBeNull();
        expect(answer.body).toEqual((await haven.rest('POST', `${FILMS}/query`, {})).body);
      });
    }
  });

  it('does not depend on other tenants, of whose waiting events a bounded number is read', async () => {
    await create('films', { title: 'Alien' });
    const neighbour = { 'x-test-tenant': randomUUID() };
    await haven.rest('POST', '/collections', { name: 'films' }, neighbour);
    const tag = await tagOf(LIST);
    const createMany = (count: number) => {
      const operations = Array.from({ length: count }, () => ({ op: 'create', collection: 'films', data: {} }));
      return haven.rest('POST', '/batch', { operations }, neighbour);
    };
    await withoutSequencer(async () => {
      expect((await createMany(100)).status).toBe(200);
      expect((await list(LIST, tag)).status).toBe(304);
      expect((await createMany(1)).status).toBe(200);
      const answer = await list(LIST, tag);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('etag')).toBeNull();
    });
    expect(await tagOf(LIST)).toBe(tag);
  });

  it('depends on the collections that are expanded', async () => {
    const { body: ridley } = await create('people', { name: 'Ridley' });
    await create('films', { director: ridley.id });
    const expanded = `${LIST}?expand=director`;
    const tag = await tagOf(expanded);
    expect((await list(expanded, tag)).status).toBe(304);
    const plain = await tagOf(LIST);
    await haven.rest('PATCH', `/collections/people/records/${ridley.id}`, { data: { name: 'Scott' } });
    expect((await list(expanded, tag)).body.items[0].expanded.director.data).toEqual({ name: 'Scott' });
    expect((await list(LIST, plain)).status).toBe(304);
  });

  it('differs between queries, and changes with the settings of the collection', async () => {
    await create('films', { title: 'Alien' });
    const queries = ['', '?limit=20', '?fields=title', '?sort=title', '?count=exact', '?filter={"title":"Alien"}'];
    const tags = await Promise.all(queries.map((query) => tagOf(LIST + query)));
    expect(new Set(tags).size).toBe(queries.length);
    const { headers } = await haven.rest('GET', FILMS);
    const condition = { 'if-match': headers.get('etag') ?? '' };
    const change = await haven.rest('PATCH', FILMS, { requirePrecondition: true }, condition);
    expect(change.status).toBe(200);
    expect(await tagOf(LIST)).not.toBe(tags[0]);
  });

  it('is absent if the page can change although the collection does not', async () => {
    await tagOf(LIST);
    for (const query of ['?count=estimated', `?asOf=${new Date().toISOString()}`])
      expect((await list(LIST + query)).headers.get('etag')).toBeNull();
  });

  it('is not that of a collection that was deleted', async () => {
    const tag = await tagOf(LIST);
    const { headers } = await haven.rest('GET', FILMS);
    await haven.rest('DELETE', FILMS, undefined, { 'if-match': headers.get('etag') ?? '' });
    expect((await list(LIST, tag, 'second')).status).toBe(404);
    await haven.rest('POST', '/collections', { name: 'films', schema: SCHEMA });
    expect((await list(LIST, tag, 'second')).status).toBe(200);
  });

  it('must be well-formed in a condition', async () => {
    const answer = await list(LIST, 'unquoted');
    expect([answer.status, answer.body.code]).toEqual([400, 'MALFORMED_REQUEST']);
  });
});

it('never stands for another page, whichever process is asked and changes records', async () => {
  const queries = [LIST, `${LIST}?limit=2`, `${LIST}?expand=director`, `${LIST}?filter={"n":{"_lt":2}}&count=exact`];
  const directors = [randomUUID(), randomUUID()];
  const put = (collection: string, id: string, data: object) =>
    haven.rest('PUT', `/collections/${collection}/records/${id}`, { data });
  for (const id of directors) await put('people', id, {});
  const bodies = new Map<string, unknown>();
  const process = fc.constantFrom('first' as const, 'second' as const);
  const step = fc.oneof(
    fc.record({ film: fc.nat(3), n: fc.nat(3), director: fc.constantFrom(...directors) }),
    fc.record({ person: fc.constantFrom(...directors), n: fc.nat(3) }),
    { weight: 4, arbitrary: fc.record({ query: fc.constantFrom(...queries), process }) },
  );
  const films = Array.from({ length: 4 }, () => randomUUID());
  for (const one of fc.sample(step, 150)) {
    if ('film' in one) await put('films', films[one.film] ?? '', { n: one.n, director: one.director });
    else if ('person' in one) await put('people', one.person, { n: one.n });
    else {
      const tags = [...bodies.keys()].slice(-30);
      const answer = await list(one.query, ['"none"', ...tags].join(', '), one.process);
      const { body: current } = await haven.rest('GET', one.query);
      const tag = answer.headers.get('etag');
      if (answer.status === 304) expect(bodies.get(tag ?? '')).toEqual(current);
      else expect(answer.body).toEqual(current);
      if (tag !== null && answer.status === 200) bodies.set(tag, answer.body);
    }
  }
  for (const query of queries) expect((await list(query, await tagOf(query), 'second')).status).toBe(304);
}, 60_000);
