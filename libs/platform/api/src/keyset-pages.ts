import { Injectable } from '@nestjs/common';

import { HavenConfig } from '@haven/config';
import { CursorCodec, EventLoopTurn, invalid, limitExceeded, Slice, withPointerPrefix } from '@haven/kernel';
import type { JsonValue, KeysetRange, PageRequest } from '@haven/kernel';

/** A list in a fixed order in which each item has a key. The cursor of an item contains its key. */
export interface KeysetList<Item, View, Part extends JsonValue> {
  /** Identifies the list, its tenant and its filter: a cursor is valid only for the list it came from. */
  readonly binding: string;
  keyOf(item: Item): readonly Part[];
  /** Compares two keys: negative if the item with the left one comes first. */
  compare(left: readonly Part[], right: readonly Part[]): number;
  /** Throws unless a key, which may come from a cursor of an older version, fits the order of the list. */
  requireKey?(key: readonly Part[]): void;
  read(range: KeysetRange<readonly Part[]>): Promise<Item[]>;
  /** Converts an item to its view; `next` is the item that follows it, even if it is on the next page. */
  view(item: Item, next: Item | undefined): View;
  /** Counts all items of the list; called only if the request asks for the total. */
  count(): Promise<number>;
  /** Whether more items match than the list has, as far as `read` has found; only of a list that may be truncated. */
  isTruncated?(): boolean;
  /** Whether views depend on the next item, so that it has to be read even if the page is read backwards. */
  readonly needsNext?: boolean;
  /** Resolves when items may be converted: pages that were read together take turns, so that other requests can run. */
  takeTurn?(): Promise<void>;
}

/** Compares keys whose parts are numbers, or texts that PostgreSQL orders by their bytes. */
export function ascending<Part extends number | string>(left: readonly Part[], right: readonly Part[]): number {
  for (const [index, one] of left.entries()) {
    const other = right[index] ?? one;
    if (one !== other) return one < other ? -1 : 1;
  }
  return 0;
}

/** Compares keys of a list that is in descending order. */
export function descending<Part extends number | string>(left: readonly Part[], right: readonly Part[]): number {
  return ascending(right, left);
}

/**
 * Keyset pagination: a page starts after the key of an item instead of at an offset, so later pages cost no more than
 * the first.
 */
@Injectable()
export class KeysetPages {
  constructor(
    private readonly cursors: CursorCodec,
    private readonly config: HavenConfig,
  ) {}

  /** Returns the requested page. One additional item is read to find out whether there is another page. */
  async page<Item, View, Part extends JsonValue>(
    { limit: requested, after, before, from }: PageRequest,
    list: KeysetList<Item, View, Part>,
  ): Promise<Slice<View>> {
    const limit = requested === 0 ? 0 : pageSize(requested, this.config);
    const open = (cursor: string | undefined, name: 'after' | 'before') =>
      cursor === undefined ? undefined : withPointerPrefix(`/${name}`, () => this.open(cursor, list));
    const backwards = from === undefined ? after === undefined && before !== undefined : from === 'end';
    const cursors = [open(after, 'after'), open(before, 'before')];
    const [beyond, bound] = backwards ? cursors.reverse() : cursors;
    const found = await list.read({ beyond, backwards, limit: limit + 1 });
    const isInside = (item: Item): boolean => {
      const order = bound === undefined ? -1 : list.compare(list.keyOf(item), bound);
      return backwards ? bound === undefined || order > 0 : order < 0;
    };
    const end = found.findIndex((item) => !isInside(item));
    const inside = end < 0 ? found : found.slice(0, end);
    const page = inside.slice(0, limit);
    const hasMore = found.length > page.length;
    if (!backwards)
      return this.slice(list, page, found[page.length], { hasNext: hasMore, hasPrevious: beyond !== undefined });
    const last = page[0];
    const next = list.needsNext && last !== undefined && beyond !== undefined ? await itemAfter(list, last) : undefined;
    return this.slice(list, page.reverse(), next, {
      hasNext: beyond !== undefined && inside.length > 0,
      hasPrevious: hasMore,
    });
  }

  private open<Item, View, Part extends JsonValue>(cursor: string, list: KeysetList<Item, View, Part>) {
    // `slice` created the cursor, so it contains these parts.
    const key = this.cursors.open(cursor, list.binding) as unknown as readonly Part[];
    list.requireKey?.(key);
    return key;
  }

  private async slice<Item, View, Part extends JsonValue>(
    list: KeysetList<Item, View, Part>,
    page: readonly Item[],
    following: Item | undefined,
    { hasNext, hasPrevious }: { hasNext: boolean; hasPrevious: boolean },
  ): Promise<Slice<View>> {
    const cursorAt = (index: number): string => {
      const item = page[index];
      return item === undefined ? '' : this.cursors.seal([...list.keyOf(item)], list.binding);
    };
    await list.takeTurn?.();
    const views: View[] = [];
    const turn = new EventLoopTurn();
    for (const [index, item] of page.entries()) {
      if (turn.isLong) await turn.pause();
      views.push(list.view(item, page[index + 1] ?? following));
    }
    return new Slice(views, hasNext, hasPrevious, cursorAt, () => list.count(), list.isTruncated?.());
  }
}

async function itemAfter<Item, View, Part extends JsonValue>(
  list: KeysetList<Item, View, Part>,
  item: Item,
): Promise<Item | undefined> {
  return (await list.read({ beyond: list.keyOf(item), backwards: false, limit: 1 }))[0];
}

/** Returns the requested page size, or the default. Throws `LIMIT_EXCEEDED` above `limits.pageSize`. */
export function pageSize(requested: number | null | undefined, { limits }: Pick<HavenConfig, 'limits'>): number {
  if (requested == null) return limits.pageSizeDefault;
  if (requested < 1) throw invalid('VALIDATION_FAILED', '/limit', 'Must be 1 or more');
  if (requested > limits.pageSize) throw limitExceeded('limits.pageSize', limits.pageSize, '/limit');
  return requested;
}
