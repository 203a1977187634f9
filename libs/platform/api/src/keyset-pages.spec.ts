import { describe, expect, it, vi } from 'vitest';

import type { HavenConfig } from '@haven/config';
import { CursorCodec } from '@haven/kernel';

import { ascending, KeysetPages } from './keyset-pages.js';
import type { KeysetList } from './keyset-pages.js';

const config = { limits: { pageSize: 10, pageSizeDefault: 3 } } as HavenConfig;
const pages = new KeysetPages(new CursorCodec('a key'), config);

/** Returns a list of the numbers from 1 to `count`. */
function numbers(count: number, binding = 'numbers'): KeysetList<number, string, number> {
  const all = Array.from({ length: count }, (_, index) => index + 1);
  return {
    binding,
    keyOf: (number) => [number],
    compare: ascending,
    read: async ({ beyond: [key] = [], backwards, limit }) =>
      (backwards ? all.toReversed() : all)
        .filter((number) => key === undefined || (backwards ? number < key : number > key))
        .slice(0, limit),
    view: (number, next) => `${number}<${next ?? 'end'}`,
    count: vi.fn<() => Promise<number>>(async () => count),
  };
}

describe('keyset pages', () => {
  it('start at the beginning, with the configured number of items', async () => {
    const page = await pages.page({}, numbers(5));
    expect(page.items).toEqual(['1<2', '2<3', '3<4']);
    expect([page.hasNext, page.hasPrevious, page.previousCursor]).toEqual([true, false, null]);
  });

  it('contain every item once, forwards', async () => {
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await pages.page({ limit: 2, ...(after !== undefined && { after }) }, numbers(5));
      seen.push(...page.items);
      after = page.nextCursor ?? undefined;
    } while (after !== undefined);
    expect(seen).toEqual(['1<2', '2<3', '3<4', '4<5', '5<end']);
  });

  it('are not followed by an empty page if the last page is full', async () => {
    const page = await pages.page({ limit: 5 }, numbers(5));
    expect([page.items.length, page.hasNext, page.nextCursor]).toEqual([5, false, null]);
  });

  it('lead backwards to the first page', async () => {
    const first = await pages.page({ limit: 2 }, numbers(5));
    const second = await pages.page({ limit: 2, after: first.cursorAt(1) }, numbers(5));
    const back = await pages.page({ limit: 2, before: second.previousCursor ?? '' }, numbers(5));
    expect(back.items).toEqual(['1<2', '2<end']);
    expect([back.hasNext, back.hasPrevious]).toEqual([true, false]);
    const near = await pages.page({ limit: 2, before: second.cursorAt(1) }, numbers(5));
    expect(near.items).toEqual(['2<3', '3<end']);
    expect([near.hasNext, near.hasPrevious]).toEqual([true, true]);
  });

  it('are empty for an empty list', async () => {
    const page = await pages.page({}, numbers(0));
    expect([page.items, page.hasNext, page.nextCursor, page.previousCursor]).toEqual([[], false, null, null]);
  });

  it('refuse cursors of other lists and altered cursors', async () => {
    const cursor = (await pages.page({}, numbers(5))).cursorAt(0);
    await expect(pages.page({ after: cursor }, numbers(5, 'others'))).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
    await expect(pages.page({ before: `A${cursor}` }, numbers(5))).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
  });

  it('refuse a limit below 0 or above the configured limit', async () => {
    await expect(pages.page({ limit: -1 }, numbers(5))).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    await expect(pages.page({ limit: 11 }, numbers(5))).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });

  it('are the items that Relay Cursor Connections prescribe, from either end and between any cursors', async () => {
    const cursors = (await pages.page({ limit: 6 }, numbers(6))).items.length;
    const at = (await pages.page({ limit: 6 }, numbers(6))).cursorAt;
    const ends = [undefined, ...Array.from({ length: cursors }, (_, index) => index + 1)];
    for (const after of ends)
      for (const before of ends)
        for (const limit of [0, 1, 2, 6])
          for (const from of ['start', 'end'] as const) {
            const between = [1, 2, 3, 4, 5, 6].filter((n) => n > (after ?? 0) && n < (before ?? 7));
            const expected =
              from === 'start' ? between.slice(0, limit) : between.slice(Math.max(0, between.length - limit));
            const page = await pages.page(
              {
                limit,
                from,
                ...(after !== undefined && { after: at(after - 1) }),
                ...(before !== undefined && { before: at(before - 1) }),
              },
              numbers(6),
            );
            const place = JSON.stringify({ after, before, limit, from });
            expect(
              page.items.map((item) => Number.parseInt(item, 10)),
              place,
            ).toEqual(expected);
            const cut = between.length > limit;
            const [hasMore, bound] = from === 'start' ? [page.hasNext, before] : [page.hasPrevious, after];
            if (cut || bound === undefined) expect(hasMore, place).toBe(cut);
          }
  });

  it('know the item that follows a page read backwards, if the list needs it', async () => {
    const at = (await pages.page({ limit: 6 }, numbers(6))).cursorAt;
    const page = await pages.page({ limit: 2, before: at(3) }, { ...numbers(6), needsNext: true });
    expect(page.items).toEqual(['2<3', '3<4']);
    const last = await pages.page({ limit: 2, from: 'end' }, { ...numbers(6), needsNext: true });
    expect(last.items).toEqual(['5<6', '6<end']);
  });

  it('count the list only if requested', async () => {
    const list = numbers(5);
    const page = await pages.page({}, list);
    expect(list.count).not.toHaveBeenCalled();
    expect(await page.count()).toBe(5);
  });
});
