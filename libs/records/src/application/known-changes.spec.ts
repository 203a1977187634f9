import { describe, expect, it } from 'vitest';

import type { RecentChange, RecentChanges } from '@haven/events';

import { KnownChanges, recordKey } from './known-changes.js';

const A = '0197a000-0000-7000-8000-00000000000a';
const B = '0197a000-0000-7000-8000-00000000000b';
const keyOf = (id: string): string => recordKey(1, id);

function recent(change: Partial<RecentChanges>): RecentChanges {
  return { lineage: 'one', position: 100n, isStill: true, from: 0, to: 0, changes: [], ...change };
}

function changed(recordId: string, version: number, place?: number): RecentChange {
  return { place, collectionId: 1, recordId, version };
}

/** Somebody who has looked once, when the feed was at 10. */
function informed(): KnownChanges {
  const known = new KnownChanges(true);
  expect(known.learn(recent({ from: 5, to: 10, changes: [changed(A, 3, 7)] }), 1_000)).toBeUndefined();
  return known;
}

describe('what is known', () => {
  it('covers nothing before anybody looked', () => {
    expect(new KnownChanges(true).covers(0n, 0)).toBe(false);
  });

  it('covers what was before the position, and the position itself only if nothing was being written', () => {
    const known = informed();
    expect(known.covers(99n, 0)).toBe(true);
    expect(known.covers(100n, 0)).toBe(true);
    expect(known.covers(101n, 0)).toBe(false);
    known.learn(recent({ from: 10, to: 10, isStill: false }), 2_000);
    expect(known.covers(99n, 0)).toBe(true);
    expect(known.covers(100n, 0)).toBe(false);
  });

  it('covers nothing any more when it is too old', () => {
    expect(informed().covers(1n, 1_000)).toBe(true);
    expect(informed().covers(1n, 1_001)).toBe(false);
  });

  it('covers nothing once something may have been missed', () => {
    const known = informed();
    known.doubt();
    expect(known.covers(1n, 0)).toBe(false);
  });

  it('tells which records have changed since', () => {
    const known = informed();
    expect(known.learn(recent({ from: 10, to: 12, changes: [changed(A, 4), changed(B, 1, 11)] }), 2_000)).toEqual([
      { key: keyOf(A), version: 4 },
      { key: keyOf(B), version: 1 },
    ]);
    expect(known.place).toBe(12);
  });

  it.each([
    ['in another lineage', recent({ lineage: 'two', from: 10, to: 12 })],
    ['when the feed has gone back', recent({ from: 10, to: 9 })],
    ['when there is too much', recent({ from: 10, to: 9_000, changes: undefined })],
    ['behind another place', recent({ from: 9, to: 12 })],
    ['when the log has gone back', recent({ position: 99n, from: 10, to: 12 })],
  ])('may be wrong altogether %s', (_, found) => {
    expect(informed().learn(found, 2_000)).toBeUndefined();
  });
});

describe('a record as it was read when the feed was at a place', () => {
  const isNewest = (known: KnownChanges, id: string, version: number, place: number): boolean =>
    known.isNewest({ key: keyOf(id), version }, place);

  it('is the newest if no later version is known', () => {
    const known = informed();
    expect(isNewest(known, A, 3, 6)).toBe(true);
    expect(isNewest(known, A, 2, 6)).toBe(false);
    expect(isNewest(known, B, 1, 5)).toBe(true);
  });

  it('may not be when that was before anything was known', () => {
    expect(isNewest(informed(), B, 1, 4)).toBe(false);
  });

  it('is not when the change has no place yet, nor when it has got one', () => {
    const known = informed();
    known.learn(recent({ from: 10, to: 10, changes: [changed(A, 4)] }), 2_000);
    expect([3, 4].map((version) => isNewest(known, A, version, 10))).toEqual([false, true]);
    known.learn(recent({ from: 10, to: 11, changes: [changed(A, 4, 11)] }), 3_000);
    expect([3, 4].map((version) => isNewest(known, A, version, 10))).toEqual([false, true]);
  });

  it('is known by the latest of its changes, in whatever order they are told', () => {
    const known = informed();
    known.learn(recent({ from: 10, to: 11, changes: [changed(A, 5), changed(A, 4, 11)] }), 2_000);
    expect(isNewest(known, A, 4, 11)).toBe(false);
  });

  it('may not be when so much has changed since that it is no longer told apart', () => {
    const known = informed();
    for (let place = 11; place <= 1_012; place++)
      known.learn(recent({ from: place - 1, to: place, changes: [changed(`record-${place}`, 2, place)] }), 2_000);
    expect(isNewest(known, B, 1, 10)).toBe(false);
    expect(isNewest(known, 'record-11', 1, 10)).toBe(false);
    expect(isNewest(known, B, 1, 1_012)).toBe(true);
  });

  it.each([
    ['are not told', undefined],
    ['are told', Array.from({ length: 1_001 }, (_, index) => changed(`record-${index}`, 2))],
  ])('may not be while too many changes at once %s, until somebody has looked again', (_, changes) => {
    const known = informed();
    known.learn(recent({ from: 10, to: 10, changes }), 2_000);
    expect(isNewest(known, B, 1, 10)).toBe(false);
    known.learn(recent({ from: 10, to: 12, changes: [changed(B, 2, 12)] }), 3_000);
    expect([1, 2].map((version) => isNewest(known, B, version, 10))).toEqual([false, true]);
  });

  it('may not be when whoever read it knew more of the feed than there is', () => {
    expect(isNewest(informed(), B, 9, 11)).toBe(false);
  });

  it('is known by nobody who notes no changes', () => {
    const known = new KnownChanges(false);
    known.learn(recent({ from: 5, to: 10 }), 1_000);
    expect(isNewest(known, B, 1, 10)).toBe(false);
  });

  it('may not be in another lineage', () => {
    const known = informed();
    known.learn(recent({ lineage: 'two', from: 10, to: 3 }), 2_000);
    expect(isNewest(known, B, 1, 3)).toBe(false);
  });
});
