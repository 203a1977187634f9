/** The paging arguments of a list: `limit` items after or before a cursor. */
export interface PageRequest {
  limit?: number;
  after?: string;
  before?: string;
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
  ) {}

  get nextCursor(): string | null {
    return this.hasNext ? this.cursorAt(this.items.length - 1) : null;
  }

  get previousCursor(): string | null {
    return this.hasPrevious && this.items.length > 0 ? this.cursorAt(0) : null;
  }
}
