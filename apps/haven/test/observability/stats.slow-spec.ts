import { afterAll, beforeAll, expect, it, vi } from 'vitest';

import { at, haven } from '../support/process.js';
import { openTestDatabase } from '../support/test-database.js';
import type { TestDatabase } from '../support/test-database.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.drop());

const start = () => haven(['start'], { ...at(database.address) });

async function listed(origin: string): Promise<number> {
  const response = await fetch(`${origin}/api/v1/stats`);
  const { requests } = (await response.json()) as {
    requests: { operations: { name: string; requests: number }[] };
  };
  return requests.operations.find(({ name }) => name === 'collections')?.requests ?? 0;
}

async function list(origin: string, times: number): Promise<void> {
  for (let count = 0; count < times; count++) await (await fetch(`${origin}/api/v1/collections`)).text();
}

it('merges the counts of two processes, also when one stops and the other is killed', async () => {
  const [first, second] = [start(), start()];
  const origins = [await first.origin, await second.origin] as const;
  await list(origins[0], 3);
  await list(origins[1], 4);
  const expectEverywhere = (count: number, ...where: string[]) =>
    vi.waitFor(async () => expect(await Promise.all(where.map(listed))).toEqual(where.map(() => count)), {
      timeout: 20_000,
      interval: 100,
    });
  await expectEverywhere(7, ...origins);
  await list(origins[0], 5);
  first.child.kill('SIGTERM');
  await first.ended;
  expect(await listed(origins[1])).toBe(12); // stored before the process ended
  second.child.kill('SIGKILL');
  await second.ended;
  const third = start();
  await expectEverywhere(12, await third.origin);
  third.child.kill('SIGTERM');
  await third.ended;
});
