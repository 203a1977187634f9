import { expect, it } from 'vitest';

import { Semaphore } from './semaphore.js';

it('has room for so many, in itself and in its parent, and tells who waits when there is some', () => {
  const all = new Semaphore(3);
  const [one, other] = [new Semaphore(2, all), new Semaphore(2, all)];
  const told: string[] = [];
  const take = (slots: Semaphore, name: string): boolean => slots.tryAcquire(() => told.push(name));
  expect([take(one, 'a'), take(one, 'b'), take(one, 'c')]).toEqual([true, true, false]);
  expect([take(other, 'd'), take(other, 'e')]).toEqual([true, false]);
  one.release();
  expect(told.toSorted()).toEqual(['c', 'e']);
  expect(take(other, 'e')).toBe(true);
  other.release();
  other.release();
  one.release();
  expect([take(one, 'f'), take(one, 'g'), take(other, 'h')]).toEqual([true, true, true]);
});
