import { expect, it } from 'vitest';

import { PendingUsage } from './pending-usage.js';

it('adds up the writes under way of a tenant until they end', () => {
  const pending = new PendingUsage();
  const [one, other] = [pending.begin('acme'), pending.begin('acme')];
  one.add({ records: 2, bytes: 10 });
  other.add({ records: 1, bytes: 5 });
  other.add({ records: 1, bytes: 5 });
  other.subtract({ records: 1, bytes: 5 });
  expect(pending.seenBy('acme')).toMatchObject({ records: 3, bytes: 15 });
  expect(pending.seenBy('other')).toEqual({ records: 0, bytes: 0 });
  one.end();
  expect(pending.seenBy('acme')).toMatchObject({ records: 1, bytes: 5 });
  other.end();
  expect(pending.seenBy('acme')).toEqual({ records: 0, bytes: 0 });
});

it('counts deletions only for the transaction that makes them', () => {
  const pending = new PendingUsage();
  const [one, other] = [pending.begin('acme'), pending.begin('acme')];
  one.add({ records: -2, bytes: 0 });
  other.add({ records: 1, bytes: 0 });
  expect(pending.seenBy('acme', one)).toEqual({ records: -1, bytes: 0 });
  expect(pending.seenBy('acme', other)).toEqual({ records: 1, bytes: 0 });
  one.add({ records: 3, bytes: 0 });
  expect(pending.seenBy('acme', other)).toEqual({ records: 2, bytes: 0 });
});

it('counts a rehearsal only for itself', () => {
  const pending = new PendingUsage();
  const rehearsal = new PendingUsage().begin('acme');
  pending.begin('acme').add({ records: 1, bytes: 0 });
  rehearsal.add({ records: 2, bytes: 0 });
  expect(pending.seenBy('acme', rehearsal)).toEqual({ records: 3, bytes: 0 });
  expect(pending.seenBy('acme')).toMatchObject({ records: 1 });
});
