import { Injectable } from '@nestjs/common';

import { HavenConfig } from '@haven/config';
import { CursorCodec, invalid, limitExceeded, Slice } from '@haven/kernel';
import type { JsonValue, PageRequest } from '@haven/kernel';

/** A list in a fixed order, in which each item has a key; the key of an item is what its cursor holds. */
export interface KeysetList<Item, View, Part extends JsonValue> {
  /** Names the list, its tenant and its filter: a cursor fits only the list it came from. */
  readonly binding: string;
  keyOf(item: Item): readonly Part[];
  /** Up to `limit` items that follow the key, or the first of the list. */
  read(after: readonly Part[] | undefined, limit: number): Promise<Item[]>;
  /** Up to `limit` items that precede the key, the nearest first; left out by lists that are read in one direction. */
  readBack?(before: readonly Part[], limit: number): Promise<Item[]>;
  /** The item as it is published; `next` is the one that follows it, even on the next page. */
  view(item: Item, next: Item | undefined): View;
  /** Counts all items of the list; called only if the request asks for the total. */
  count(): Promise<number>;
}

/** Keyset paging: pages begin after the key of an item instead of at a number, so that their cost does not grow with the list. */
@Injectable()
export class KeysetPages {
  constructor(
    private readonly cursors: CursorCodec,
    private readonly config: HavenConfig,
  ) {}

  /** The page that is asked for. One item more than it holds is read, which tells whether there is another page. */
  async page<Item, View, Part extends JsonValue>(
    { limit: asked, after, before }: PageRequest,
    list: KeysetList<Item, View, Part>,
  ): Promise<Slice<View>> {
    const limit = pageSize(asked, this.config);
    const open = (cursor: string) => this.cursors.open(cursor, list.binding) as unknown as readonly Part[]; // as sealed below
    if (after === undefined && before !== undefined && list.readBack) {
      const found = (await list.readBack(open(before), limit + 1)).reverse();
      const hasMore = found.length > limit;
      return this.slice(list, found, hasMore ? 1 : 0, { limit, hasNext: found.length > 0, hasPrevious: hasMore });
    }
    const found = await list.read(after === undefined ? undefined : open(after), limit + 1);
    return this.slice(list, found, 0, { limit, hasNext: found.length > limit, hasPrevious: after !== undefined });
  }

  private slice<Item, View, Part extends JsonValue>(
    list: KeysetList<Item, View, Part>,
    found: readonly Item[],
    from: number,
    { limit, hasNext, hasPrevious }: { limit: number; hasNext: boolean; hasPrevious: boolean },
  ): Slice<View> {
    const page = found.slice(from, from + limit);
    const cursorAt = (index: number): string => {
      const item = page[index];
      return item === undefined ? '' : this.cursors.seal([...list.keyOf(item)], list.binding);
    };
    const views = page.map((item, index) => list.view(item, found[from + index + 1]));
    return new Slice(views, hasNext, hasPrevious, cursorAt, () => list.count());
  }
}

/** The items a page will have: what was asked for, or the default; `LIMIT_EXCEEDED` past `limits.pageSize`. */
export function pageSize(asked: number | null | undefined, { limits }: Pick<HavenConfig, 'limits'>): number {
  if (asked == null) return limits.pageSizeDefault;
  if (asked < 1) throw invalid('VALIDATION_FAILED', '/limit', 'Must be 1 or more');
  if (asked > limits.pageSize) throw limitExceeded('limits.pageSize', limits.pageSize, '/limit');
  return asked;
}
