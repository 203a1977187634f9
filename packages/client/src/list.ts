/** A page of a list. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** Pass it as `after` to read the next page; null on the last page. */
  readonly nextCursor: string | null;
  /** Pass it as `before` to read the previous page; null on the first page. */
  readonly previousCursor: string | null;
  /** Number of items on all pages; only with `count`. */
  readonly total?: number;
  /** Whether more records match than the thousand best, of which a list that is sorted by `$score` consists. */
  readonly truncated?: boolean;
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

/** Reads the page after a cursor, or the first page. */
export type LoadPage<Item> = (after: string | undefined) => Promise<Page<Item>>;

/** A list whose pages are read by a function. */
export class PagedList<Item> implements List<Item> {
  constructor(
    private readonly load: LoadPage<Item>,
    private readonly after: string | undefined,
  ) {}

  // oxlint-disable-next-line unicorn/no-thenable -- `await` reads a page
  then<Fulfilled = Page<Item>, Rejected = never>(
    onFulfilled?: ((page: Page<Item>) => Fulfilled | PromiseLike<Fulfilled>) | null,
    onRejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Fulfilled | Rejected> {
    return this.load(this.after).then(onFulfilled, onRejected);
  }

  async *pages(): AsyncGenerator<Page<Item>, void, undefined> {
    let after: string | undefined = this.after;
    do {
      const page: Page<Item> = await this.load(after);
      yield page;
      after = page.nextCursor ?? undefined;
    } while (after !== undefined);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    for await (const page of this.pages()) yield* page.items;
  }

  async toArray(): Promise<Item[]> {
    const items: Item[] = [];
    for await (const page of this.pages()) items.push(...page.items);
    return items;
  }
}
