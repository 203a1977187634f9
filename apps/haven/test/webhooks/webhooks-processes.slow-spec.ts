import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';

import { at, haven } from '../support/process.js';
import { openTestDatabase } from '../support/test-database.js';
import type { TestDatabase } from '../support/test-database.js';
import { startReceiver } from '../support/webhook-receiver.js';
import type { Receipt, Receiver } from '../support/webhook-receiver.js';

let database: TestDatabase;
let receiver: Receiver;

beforeAll(async () => {
  receiver = await startReceiver();
});
afterAll(() => receiver.stop());
beforeEach(async () => {
  database = await openTestDatabase();
  receiver.receipts.length = 0;
  return () => database.drop();
});

const start = (env = {}) =>
  haven(['start'], { ...at(database.address), HAVEN_WEBHOOKS_SCHEDULE: '200ms,200ms,200ms,200ms', ...env });

async function post(origin: string, path: string, body: object) {
  const response = await fetch(`${origin}/api/v1${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}

/** Returns a batch that creates records and changes each of them `changes` times. */
function burst(records: number, changes: number) {
  const operations: object[] = [];
  for (let record = 0; record < records; record++) {
    const id = crypto.randomUUID();
    operations.push({ op: 'create', collection: 'films', id, data: { n: 0 } });
    for (let n = 1; n <= changes; n++) operations.push({ op: 'patch', collection: 'films', id, data: { n } });
  }
  return { operations };
}

/** Returns all changes by record and version. */
async function committed(): Promise<string[]> {
  const { rows } = await database.owner.query('SELECT record_id, version FROM haven.events');
  return rows.map(({ record_id, version }) => `${record_id} ${version}`).toSorted();
}

const nameOf = ({ data }: Receipt) => `${data.recordId} ${data.version}`;

function expectOrder(receipts: Receipt[]): void {
  const last = new Map<string, number>();
  for (const { data, path } of receipts) {
    const key = `${path} ${data.recordId}`;
    const before = last.get(key) ?? 0;
    // Deliveries from before a crash can be repeated, but no version can be skipped.
    expect(data.version).toBeLessThanOrEqual(before + 1);
    last.set(key, Math.max(before, data.version));
  }
}

it('loses and reorders no change when a process is killed during a burst', async () => {
  const first = start();
  const origin = await first.origin;
  await post(origin, '/collections', { name: 'films' });
  const { secret } = await post(origin, '/webhooks', { url: receiver.url('/crash') });
  await receiver.setSecret('/crash', secret);
  await receiver.respondWith({ path: '/crash', delay: 5 });
  const writing = Promise.allSettled(Array.from({ length: 12 }, () => post(origin, '/batch', burst(20, 4))));
  await receiver.waitForDelivered(150, '/crash');
  first.child.kill('SIGKILL');
  await writing;
  const second = start();
  await second.origin;
  await vi.waitFor(
    async () => expect([...new Set(receiver.delivered().map(nameOf))].toSorted()).toEqual(await committed()),
    { timeout: 60_000, interval: 200 },
  );
  expectOrder(receiver.delivered());
  expect(new Set(receiver.receipts.map(({ verified }) => verified))).toEqual(new Set([true]));
  second.child.kill('SIGTERM');
  await second.ended;
});

it('divides work between two processes without duplicates, and one continues when the other is killed', async () => {
  const [first, second] = [start(), start()];
  const [origin] = [await first.origin, await second.origin];
  await post(origin, '/collections', { name: 'films' });
  const paths = Array.from({ length: 8 }, (_, index) => `/shared/${index}`);
  for (const path of paths) {
    const { secret } = await post(origin, '/webhooks', { url: receiver.url(path) });
    await receiver.setSecret(path, secret);
  }
  await Promise.all(Array.from({ length: 4 }, () => post(origin, '/batch', burst(20, 4))));
  for (const path of paths) await receiver.waitForDelivered(400, path);
  const changes = await committed();
  for (const path of paths) {
    const mine = receiver.receipts.filter((each) => each.path === path);
    expect(mine.map(nameOf).toSorted()).toEqual(changes);
    expectOrder(mine);
  }
  const writing = Promise.allSettled(Array.from({ length: 4 }, () => post(origin, '/batch', burst(20, 4))));
  await writing;
  second.child.kill('SIGKILL');
  const all = await committed();
  await vi.waitFor(
    () => {
      for (const path of paths) expect([...new Set(receiver.delivered(path).map(nameOf))].toSorted()).toEqual(all);
    },
    { timeout: 60_000, interval: 200 },
  );
  for (const path of paths) expectOrder(receiver.delivered(path));
  first.child.kill('SIGTERM');
  await first.ended;
});

it('does not delay other receivers when one hangs', async () => {
  const process = start({ HAVEN_WEBHOOKS_TIMEOUT: '5m' }); // hanging attempts do not end within this test
  const origin = await process.origin;
  await post(origin, '/collections', { name: 'films' });
  for (const path of ['/hangs', '/well']) await post(origin, '/webhooks', { url: receiver.url(path), order: 'none' });
  await post(origin, '/batch', burst(100, 0));
  await receiver.waitForDelivered(100, '/well');
  await receiver.respondWith({ path: '/hangs', delay: Infinity });
  await post(origin, '/batch', burst(300, 0));
  await receiver.waitForDelivered(400, '/well');
  process.child.kill('SIGKILL');
  await process.ended;
});
