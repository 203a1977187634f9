/** A page of a list. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** Pass it as `after` to read the next page; null on the last page. */
  readonly nextCursor: string | null;
  /** Pass it as `before` to read the previous page; null on the first page. */
  readonly previousCursor: string | null;
  /** Number of items on all pages; only with `count`. */
  readonly total?: number;
}

/**
 * A list that is read when it is used: `await` reads one page, and `for await` reads all items, page by page.
 *
 * Each use sends requests of its own.
 */
export interface List<Item> extends PromiseLike<Page<Item>>, AsyncIterable<Item> {
  /** Reads the pages, from `after` to the end of the list. */
  pages(): AsyncIterable<Page<Item>>;
  /** Reads all items. */
  toArray(): Promise<Item[]>;
}
