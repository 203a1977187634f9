import { expect, it } from 'vitest';

import { CoalescedLoads } from './coalesced-loads.js';

/** Loads that the test ends one by one. */
function startableLoads() {
  const started: { end: (value: number) => void; fail: (error: Error) => void; isCurrent: () => boolean }[] = [];
  const loads = new CoalescedLoads<number>();
  const load = (isCurrent: () => boolean) => {
    const { promise, resolve: end, reject: fail } = Promise.withResolvers<number>();
    started.push({ end, fail, isCurrent });
    return promise;
  };
  return {
    started,
    join: () => loads.join('a', load),
    start: () => loads.start('a', load),
    outdate: () => loads.outdate('a'),
  };
}

it('shares the load that is running', async () => {
  const { started, join } = startableLoads();
  const both = [join(), join()];
  started[0]?.end(1);
  expect(await Promise.all(both)).toEqual([1, 1]);
  expect(started.length).toBe(1);
});

it('starts one more load for all who need a value as of now', async () => {
  const { started, join, start } = startableLoads();
  const first = join();
  const later = [start(), start()];
  started[0]?.end(1);
  expect(await first).toBe(1);
  await expect.poll(() => started.length).toBe(2);
  started[1]?.end(2);
  expect(await Promise.all(later)).toEqual([2, 2]);
  expect(started.length).toBe(2);
});

it('does not share a load that started before a reported change', async () => {
  const { started, join, outdate } = startableLoads();
  const first = join();
  outdate();
  const second = join();
  expect(started.map(({ isCurrent }) => isCurrent())).toEqual([false]);
  started[0]?.end(1);
  expect(await first).toBe(1);
  await expect.poll(() => started.length).toBe(2);
  started[1]?.end(2);
  expect([await second, started[1]?.isCurrent()]).toEqual([2, true]);
});

it('loads again after a failure', async () => {
  const { started, join, start } = startableLoads();
  const first = join();
  const second = start();
  started[0]?.fail(new Error('no connection'));
  await expect(first).rejects.toThrow('no connection');
  await expect.poll(() => started.length).toBe(2);
  started[1]?.end(2);
  expect(await second).toBe(2);
  const third = join();
  started[2]?.end(3);
  expect(await third).toBe(3);
});
