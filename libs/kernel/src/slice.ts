/** The paging arguments of a list: up to `limit` of the items that come after one cursor and before another one. */
export interface PageRequest {
  limit?: number;
  after?: string;
  before?: string;
  /**
   * The end of these items from which the page is taken. By default the start, or the end if only `before` is given, so
   * that the page is the one before the cursor.
   */
  from?: 'start' | 'end';
}

/** The entity tags of an `If-None-Match` header, without their quotes; `*` stands for any tag. */
export type EntityTags = '*' | readonly string[];

/** Items to read from a list in the order of their keys. */
export interface KeysetRange<Key> {
  /** Key of the item at which reading begins, without this item. If absent, reading begins at an end of the list. */
  beyond?: Key | undefined;
  /** Whether the list is read from its end to its start. The items are then in the reverse order. */
  backwards: boolean;
  limit: number;
}

/** A page as use cases return it; REST publishes it as a page with links, GraphQL as a connection. */
export class Slice<T> {
  constructor(
    readonly items: T[],
    readonly hasNext: boolean,
    readonly hasPrevious: boolean,
    /**
     * Returns the cursor of the item at an index; created on demand, because REST needs two per page and GraphQL all.
     */
    readonly cursorAt: (index: number) => string,
    /** Counts the items in the whole list. */
    readonly count: () => Promise<number>,
    /** Whether more items match than the list has; undefined for a list that always has all of them. */
    readonly truncated?: boolean,
  ) {}

  get nextCursor(): string | null {
    return this.hasNext ? this.cursorAt(this.items.length - 1) : null;
  }

  get previousCursor(): string | null {
    return this.hasPrevious && this.items.length > 0 ? this.cursorAt(0) : null;
  }
}
