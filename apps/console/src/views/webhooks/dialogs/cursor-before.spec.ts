import { expect, test } from 'vitest';

import type { AnySchema, HavenClient } from 'haven-records';

import { cursorBefore } from './cursor-before.js';

const NOW = Date.parse('2026-11-30T12:00:00Z');

/** Returns a server whose log has pages of deliveries, newest first, each with the minutes that it is old. */
function serverWith(pages: readonly (readonly number[])[]): HavenClient<AnySchema> {
  const fake = {
    request: ({ query }: { query: { after?: string } }) => {
      const page = Number(query.after ?? 0);
      const items = pages[page]?.map((minutes) => ({
        cursor: `of ${minutes}`,
        createdAt: new Date(NOW - minutes * 60_000).toISOString(),
      }));
      return Promise.resolve({ items, nextCursor: page + 1 < pages.length ? String(page + 1) : null });
    },
    changesPage: ({ after }: { after: string }) =>
      Promise.resolve({ items: after === 'of 30' ? [{ cursor: 'before 30' }] : [] }),
  };
  return fake as unknown as HavenClient<AnySchema>; // the part of it that is used
}

const at = (minutes: number): number => NOW - minutes * 60_000;

test('returns the cursor of the last delivery before a time', async () => {
  const haven = serverWith([
    [1, 5],
    [10, 15],
    [20, 30],
  ]);
  expect(await cursorBefore(haven, 'id', at(12))).toBe('of 15');
  expect(await cursorBefore(haven, 'id', at(18))).toBe('of 20');
  expect(await cursorBefore(haven, 'id', at(0))).toBe('of 5'); // a minute may be out of order
});

test('returns the cursor before the oldest delivery if all are later', async () => {
  expect(await cursorBefore(serverWith([[20, 30]]), 'id', at(60))).toBe('before 30');
  expect(await cursorBefore(serverWith([[20]]), 'id', at(60))).toBe('earliest');
});

test('says that nothing was sent, or too much', async () => {
  await expect(cursorBefore(serverWith([[]]), 'id', at(60))).rejects.toThrow('nothing');
  const busy = serverWith(Array.from({ length: 100 }, () => [1]));
  await expect(cursorBefore(busy, 'id', at(60))).rejects.toThrow('more than 10000 changes');
});
