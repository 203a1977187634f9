import { expect, it } from 'vitest';

import { Slots } from './slots.js';

it('has room for so many, in itself and in its parent, and tells who waits when there is some', () => {
  const all = new Slots(3);
  const [one, other] = [new Slots(2, all), new Slots(2, all)];
  const told: string[] = [];
  const take = (slots: Slots, name: string): boolean => slots.take(() => told.push(name));
  expect([take(one, 'a'), take(one, 'b'), take(one, 'c')]).toEqual([true, true, false]);
  expect([take(other, 'd'), take(other, 'e')]).toEqual([true, false]);
  one.give();
  expect(told.toSorted()).toEqual(['c', 'e']);
  expect(take(other, 'e')).toBe(true);
  other.give();
  other.give();
  one.give();
  expect([take(one, 'f'), take(one, 'g'), take(other, 'h')]).toEqual([true, true, true]);
});
