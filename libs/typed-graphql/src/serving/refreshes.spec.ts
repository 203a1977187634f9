import { expect, it } from 'vitest';

import { Refreshes } from './refreshes.js';

it('shares one read that starts after the running one, for each tenant', async () => {
  const refreshes = new Refreshes<string>();
  const started: string[] = [];
  const finish: (() => void)[] = [];
  const read = (name: string) => () =>
    new Promise<string>((resolve) => {
      started.push(name);
      finish.push(() => resolve(name));
    });
  const first = refreshes.join('a', read('first'));
  const second = refreshes.join('a', read('second'));
  const third = refreshes.join('a', read('third'));
  const other = refreshes.join('b', read('other'));
  expect(started).toEqual(['first', 'other']);
  finish.forEach((each) => each());
  expect([await first, await other]).toEqual(['first', 'other']);
  expect(started).toEqual(['first', 'other', 'second']);
  finish.at(-1)?.();
  expect([await second, await third]).toEqual(['second', 'second']);
});

it('reads again after a failure', async () => {
  const refreshes = new Refreshes<string>();
  const failed = refreshes.join('a', () => Promise.reject(new Error('no')));
  const next = refreshes.join('a', async () => 'yes');
  await expect(failed).rejects.toThrow('no');
  expect(await next).toBe('yes');
  expect(await refreshes.join('a', async () => 'again')).toBe('again');
});
