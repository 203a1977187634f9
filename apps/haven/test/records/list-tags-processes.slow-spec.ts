import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { at, haven } from '../support/process.js';
import { openTestDatabase } from '../support/test-database.js';
import type { TestDatabase } from '../support/test-database.js';

const PATIENCE = { timeout: 60_000, interval: 50 };

let database: TestDatabase;

beforeEach(async () => {
  database = await openTestDatabase();
});

afterEach(() => database.drop());

it('a process does not answer with 304 once another has acknowledged a change, while nothing enters the feed', async () => {
  const [writer, lister] = await Promise.all(
    [0, 1].map(async () => `${await haven(['start'], at(database.address)).origin}/api/v1/collections`),
  );
  const write = async (method: string, path: string, data: object): Promise<any> => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${writer}${path}`, { method, headers, body: JSON.stringify(data) });
    expect(response.status).toBeLessThan(300);
    return response.json();
  };
  const list = (tag: string): Promise<Response> =>
    fetch(`${lister}/films/records?sort=title`, { headers: { 'if-none-match': tag, 'cache-control': 'max-age=0' } });
  const titles = async (response: Response): Promise<string[]> =>
    ((await response.json()) as { items: { data: { title: string } }[] }).items.map(({ data }) => data.title);

  await write('PUT', '/films', {});
  const { id } = await write('POST', '/films/records', { data: { title: 'Alien' } });
  const tag = await vi.waitFor(async () => {
    const { headers } = await list('"none"');
    expect(headers.get('etag')).not.toBeNull();
    return headers.get('etag') ?? '';
  }, PATIENCE);
  await database.owner.query('BEGIN; SELECT FROM haven.sequencer FOR UPDATE');
  expect((await list(tag)).status).toBe(304);
  await write('PATCH', `/films/records/${id}`, { data: { title: 'Aliens' } });
  const changed = await list(tag);
  expect([changed.status, changed.headers.get('etag'), await titles(changed)]).toEqual([200, null, ['Aliens']]);
  await write('POST', '/films/records', { data: { title: 'Brazil' } });
  const grown = await list(tag);
  expect([grown.status, grown.headers.get('etag'), await titles(grown)]).toEqual([200, null, ['Aliens', 'Brazil']]);
  await database.owner.query('ROLLBACK');
});
