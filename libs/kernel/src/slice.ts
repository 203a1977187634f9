/** What every list asks for: a window of `limit` items after or before a cursor. */
export interface PageRequest {
  limit?: number;
  after?: string;
  before?: string;
}

/** A page as the use cases answer it; REST writes it as a page with links, GraphQL as a connection. */
export class Slice<T> {
  constructor(
    readonly items: T[],
    readonly hasNext: boolean,
    readonly hasPrevious: boolean,
    /** The cursor of the item at an index; made on demand, since REST wants two of a page and GraphQL all. */
    readonly cursorAt: (index: number) => string,
    /** Items in the whole list, counted only if called. */
    readonly count: () => Promise<number>,
  ) {}

  get nextCursor(): string | null {
    return this.hasNext ? this.cursorAt(this.items.length - 1) : null;
  }

  get previousCursor(): string | null {
    return this.hasPrevious && this.items.length > 0 ? this.cursorAt(0) : null;
  }
}
