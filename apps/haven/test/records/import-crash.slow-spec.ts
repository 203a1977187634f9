import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { at, haven, killProcesses } from '../support/process.js';
import { openTestDatabase } from '../support/test-database.js';
import type { TestDatabase } from '../support/test-database.js';

let database: TestDatabase;

beforeEach(async () => {
  database = await openTestDatabase();
});

afterEach(async () => {
  killProcesses();
  await database.drop();
});

const count = async (table: string): Promise<number> => {
  const { rows } = await database.owner.query<{ count: string }>(`SELECT count(*) FROM haven.${table}`);
  return Number(rows[0]?.count);
};
const PATIENCE = { timeout: 40_000, interval: 50 };

it('leaves no lines of an import whose process was killed, once the leader finds them', async () => {
  const first = haven(['start'], at(database.address));
  const collection = `${await first.origin}/api/v1/collections/orders`;
  await fetch(collection, { method: 'PUT', body: '{}', headers: { 'content-type': 'application/json' } });
  const { readable, writable } = new TransformStream<Uint8Array>();
  const sent = fetch(`${collection}/import?atomic=true`, {
    method: 'POST',
    body: readable,
    duplex: 'half',
    headers: { 'content-type': 'application/x-ndjson' },
  } as RequestInit).catch((error: unknown) => error); // the type of RequestInit lacks `duplex`
  const writer = writable.getWriter();
  await writer.write(Buffer.from('{"n":1}\n'.repeat(500)));
  await vi.waitFor(async () => expect(await count('import_lines')).toBe(500), PATIENCE);
  first.child.kill('SIGKILL');
  expect(await sent).toBeInstanceOf(Error);
  await first.ended;
  await writer.abort().catch(() => undefined); // the stream has failed with the request
  expect(await count('import_lines')).toBe(500);
  await database.owner.query("UPDATE haven.imports SET touched_at = now() - interval '6 minutes'");

  const second = haven(['start'], at(database.address));
  await second.origin;
  await vi.waitFor(async () => expect([await count('import_lines'), await count('imports')]).toEqual([0, 0]), PATIENCE);
  expect([await count('records'), await count('events')]).toEqual([0, 0]);
});
