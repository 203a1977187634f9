import { beforeEach, expect, it } from 'vitest';

import { rebuild } from '../../src/rebuild.js';
import { verify } from '../../src/verify.js';
import { startHaven, testConfig } from '../support/haven.js';
import { at } from '../support/process.js';

const haven = startHaven();
const FILMS = '/collections/films';
const INDEXES = ['n', '-n,tags', 'tags', { path: 'code', unique: true }, { path: 'n', caseless: true }];

const own = (text: string) => haven.sql(text, [haven.tenant]);
const config = () => testConfig([`database.url=${at(haven.address).DATABASE_URL}`]);
const states = async (): Promise<string[]> =>
  (await haven.rest('GET', FILMS)).body.indexes.map(({ state }: { state: string }) => state);

beforeEach(async () => {
  await haven.rest('POST', '/collections', { name: 'films' });
  const lines = Array.from({ length: 1_000 }, (_, n) => `{"n":${n},"tags":["A",${n % 5}],"code":${n}}\n`).join('');
  await haven.rest('POST', `${FILMS}/import`, lines, { 'content-type': 'application/x-ndjson' });
});

/** Writes records over four connections while `work` runs, and then expects an entry for each key, and no other. */
async function expectExactAfter(work: () => Promise<void>): Promise<void> {
  const records = await own('SELECT id FROM haven.records WHERE tenant_id = $1 ORDER BY id');
  const ended = new AbortController();
  const write = async (worker: number): Promise<void> => {
    for (let n = worker; !ended.signal.aborted; n += 4) {
      const path = `${FILMS}/records/${records[(n * 131) % records.length].id}`;
      const responses = await Promise.all([
        haven.rest('PUT', path, { data: { n: `W${n}`, tags: [n, [n]], code: `w${n}` } }),
        haven.rest('PATCH', path, { data: { tags: [n] } }),
        haven.rest('POST', `${FILMS}/records`, { data: { n, tags: 'x' } }),
        haven.rest('DELETE', `${FILMS}/records/${records[(n * 37) % records.length].id}`),
      ]);
      for (const { status } of responses) expect(status).toBeLessThan(500);
    }
  };
  const writers = [0, 1, 2, 3].map(write);
  try {
    await work();
  } finally {
    ended.abort();
  }
  await Promise.all(writers);
  const { text } = await verify(config(), { tenant: haven.tenant, audit: false, exported: [] });
  expect(text).toMatch(/^Rows and events agree/);
}

it('has exactly the entries of all records after indexes were built while others wrote', async () => {
  await expectExactAfter(async () => {
    await haven.rest('PATCH', FILMS, { indexes: INDEXES });
    await expect.poll(states, { timeout: 60_000 }).toEqual(INDEXES.map(() => 'ready'));
    await haven.rest('PATCH', FILMS, { indexes: INDEXES.slice(0, 2) });
    await haven.rest('PATCH', FILMS, { indexes: INDEXES.toReversed() });
    await expect.poll(states, { timeout: 60_000 }).toEqual(INDEXES.map(() => 'ready'));
  });
});

it('has exactly the entries of all records after a rebuild while others wrote', async () => {
  await haven.rest('PATCH', FILMS, { indexes: INDEXES });
  await expect.poll(states, { timeout: 60_000 }).toEqual(INDEXES.map(() => 'ready'));
  await expectExactAfter(async () => {
    await own('DELETE FROM haven.index_entries WHERE tenant_id = $1 AND get_byte(sha256(key), 0) % 2 = 0');
    for await (const line of rebuild(config())) expect(line).toBeTruthy();
  });
});
