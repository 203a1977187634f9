import { Injectable } from '@nestjs/common';

import { HavenConfig } from '@haven/config';
import { CursorCodec, EventLoopTurn, invalid, limitExceeded, Slice, withPointerPrefix } from '@haven/kernel';
import type { JsonValue, PageRequest } from '@haven/kernel';

/** A list in a fixed order in which each item has a key. The cursor of an item contains its key. */
export interface KeysetList<Item, View, Part extends JsonValue> {
  /** Identifies the list, its tenant and its filter: a cursor is valid only for the list it came from. */
  readonly binding: string;
  keyOf(item: Item): readonly Part[];
  /** Returns up to `limit` items that follow the key, or the first items of the list. */
  read(after: readonly Part[] | undefined, limit: number): Promise<Item[]>;
  /** Returns up to `limit` items before the key, nearest first; absent for lists that are read in one direction. */
  readBack?(before: readonly Part[], limit: number): Promise<Item[]>;
  /** Converts an item to its view; `next` is the item that follows it, even if it is on the next page. */
  view(item: Item, next: Item | undefined): View;
  /** Counts all items of the list; called only if the request asks for the total. */
  count(): Promise<number>;
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
    { limit: requested, after, before }: PageRequest,
    list: KeysetList<Item, View, Part>,
  ): Promise<Slice<View>> {
    const limit = pageSize(requested, this.config);
    // `slice` created the cursor, so it contains these parts.
    const open = (cursor: string, name: string) =>
      withPointerPrefix(`/${name}`, () => this.cursors.open(cursor, list.binding)) as unknown as readonly Part[];
    if (after === undefined && before !== undefined && list.readBack) {
      const found = (await list.readBack(open(before, 'before'), limit + 1)).reverse();
      const hasMore = found.length > limit;
      return this.slice(list, found, hasMore ? 1 : 0, { limit, hasNext: found.length > 0, hasPrevious: hasMore });
    }
    const found = await list.read(after === undefined ? undefined : open(after, 'after'), limit + 1);
    return this.slice(list, found, 0, { limit, hasNext: found.length > limit, hasPrevious: after !== undefined });
  }

  private async slice<Item, View, Part extends JsonValue>(
    list: KeysetList<Item, View, Part>,
    found: readonly Item[],
    from: number,
    { limit, hasNext, hasPrevious }: { limit: number; hasNext: boolean; hasPrevious: boolean },
  ): Promise<Slice<View>> {
    const page = found.slice(from, from + limit);
    const cursorAt = (index: number): string => {
      const item = page[index];
      return item === undefined ? '' : this.cursors.seal([...list.keyOf(item)], list.binding);
    };
    const views: View[] = [];
    const turn = new EventLoopTurn();
    for (const [index, item] of page.entries()) {
      if (turn.isLong) await turn.pause();
      views.push(list.view(item, found[from + index + 1]));
    }
    return new Slice(views, hasNext, hasPrevious, cursorAt, () => list.count());
  }
}

/** Returns the requested page size, or the default. Throws `LIMIT_EXCEEDED` above `limits.pageSize`. */
export function pageSize(requested: number | null | undefined, { limits }: Pick<HavenConfig, 'limits'>): number {
  if (requested == null) return limits.pageSizeDefault;
  if (requested < 1) throw invalid('VALIDATION_FAILED', '/limit', 'Must be 1 or more');
  if (requested > limits.pageSize) throw limitExceeded('limits.pageSize', limits.pageSize, '/limit');
  return requested;
}
