import { expect, it } from 'vitest';

import { Semaphore } from './semaphore.js';

it('limits itself and, with other semaphores, its parent, and notifies waiting callers of free slots', () => {
  const all = new Semaphore(3);
  const [one, other] = [new Semaphore(2, all), new Semaphore(2, all)];
  const notified: string[] = [];
  const take = (semaphore: Semaphore, name: string): boolean => semaphore.tryAcquire(() => notified.push(name));
  expect([take(one, 'a'), take(one, 'b'), take(one, 'c')]).toEqual([true, true, false]);
  expect([take(other, 'd'), take(other, 'e')]).toEqual([true, false]);
  one.release();
  expect(notified.toSorted()).toEqual(['c', 'e']);
  expect(take(other, 'e')).toBe(true);
  other.release();
  other.release();
  one.release();
  expect([take(one, 'f'), take(one, 'g'), take(other, 'h')]).toEqual([true, true, true]);
});
