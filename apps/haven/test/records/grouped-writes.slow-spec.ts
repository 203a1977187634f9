import { afterEach, beforeEach, expect, it } from 'vitest';

import { at, haven } from '../support/process.js';
import { openTestDatabase } from '../support/test-database.js';
import type { TestDatabase } from '../support/test-database.js';

const HEADERS = { 'content-type': 'application/json' };

let database: TestDatabase;

beforeEach(async () => {
  database = await openTestDatabase();
});

afterEach(() => database.drop());

it.each([
  ['without keys', false],
  ['with keys, or of their responses', true],
])('loses no acknowledged change %s when the process is killed while it writes groups', async (_, isKeyed) => {
  const { child, origin, ended } = haven(['start'], at(database.address));
  const api = `${await origin}/api/v1/collections`;
  await fetch(api, { method: 'POST', headers: HEADERS, body: '{"name":"orders"}' });
  const acknowledged = new Map<string, string>();
  const writer = async (name: number): Promise<void> => {
    for (let n = 0; ; n++) {
      const body = JSON.stringify({ data: { name, n } });
      const headers = isKeyed ? { ...HEADERS, 'idempotency-key': `${name}-${n}` } : HEADERS;
      const response = await fetch(`${api}/orders/records`, { method: 'POST', headers, body });
      const text = await response.text();
      acknowledged.set((JSON.parse(text) as { id: string }).id, text);
      if (acknowledged.size === 500) child.kill('SIGKILL');
    }
  };
  const writers = await Promise.allSettled(Array.from({ length: 16 }, (_, name) => writer(name)));
  expect(new Set(writers.map(({ status }) => status))).toEqual(new Set(['rejected']));
  await ended;
  const { rows } = await database.owner.query('SELECT id FROM haven.records JOIN haven.events ON id = record_id');
  const stored = new Set(rows.map(({ id }) => id as string));
  expect(stored.size).toBe(rows.length);
  expect([...acknowledged.keys()].filter((id) => !stored.has(id))).toEqual([]);
  const responses = await database.owner.query(
    "SELECT answer, answer::jsonb ->> 'id' AS id FROM haven.idempotency_keys",
  );
  expect(new Set(responses.rows.map(({ id }) => id as string))).toEqual(isKeyed ? stored : new Set());
  const texts = new Set(responses.rows.map(({ answer }) => answer as string));
  if (isKeyed) expect([...acknowledged.values()].filter((text) => !texts.has(text))).toEqual([]);
  const times = await database.owner.query(
    'SELECT count(*)::integer AS events, count(DISTINCT at)::integer AS times FROM haven.events',
  );
  expect(times.rows[0].times).toBeLessThan(times.rows[0].events); // there were groups
});
