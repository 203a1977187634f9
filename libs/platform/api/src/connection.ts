import type { Type } from '@nestjs/common';
import { Field, Int, ObjectType } from '@nestjs/graphql';

import type { Slice } from '@haven/kernel';

/** Page information of Relay connections. */
@ObjectType('PageInfo', { description: 'Position of a page in its list (Relay Cursor Connections).' })
export class PageInfo {
  @Field({ description: 'Whether there are more items after this page.' })
  hasNextPage!: boolean;

  @Field({ description: 'Whether there are more items before this page.' })
  hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true, description: 'Cursor of the first edge.' })
  startCursor!: string | null;

  @Field(() => String, { nullable: true, description: 'Cursor of the last edge.' })
  endCursor!: string | null;
}

/** One item of a connection with its cursor. */
export interface Edge<T> {
  node: T;
  cursor: string;
}

/** A page as GraphQL publishes it. */
export interface ConnectionOf<T> {
  edges: Edge<T>[];
  pageInfo: PageInfo;
  /** Number of items in the whole list. They are counted only if the client selects this field. */
  readonly totalCount: Promise<number>;
  /** Whether more items match than the list has. */
  readonly truncated: boolean;
}

/** A connection class, which resolvers use as their return type. */
export interface ConnectionClass<T> extends Function {
  of(slice: Slice<T>): ConnectionOf<T>;
}

/**
 * Creates the Relay connection class of a view; its `of` converts a slice to a connection. `truncated` describes the
 * field of that name, if the list may have fewer items than match.
 */
export function Connection<T>(node: Type<T>, name: string, truncated?: string): ConnectionClass<T> {
  @ObjectType(`${name}Edge`, { description: `One ${name} of a list, with its cursor.` })
  class NodeEdge implements Edge<T> {
    @Field(() => node, { description: 'The item.' })
    node!: T;

    @Field({ description: 'Cursor of the item; the same as in the REST API.' })
    cursor!: string;
  }

  @ObjectType(`${name}Connection`, { description: `A page of a list of ${name}.` })
  class NodeConnection implements ConnectionOf<T> {
    @Field(() => [NodeEdge], { description: 'The items.' })
    edges: NodeEdge[];

    @Field(() => PageInfo, { description: 'Position of the page in the list.' })
    pageInfo: PageInfo;

    constructor(private readonly slice: Slice<T>) {
      this.edges = slice.items.map((item, index) => new LazyEdge(item, () => slice.cursorAt(index)));
      this.pageInfo = pageInfo(slice);
    }

    @Field(() => Int, { description: 'Number of items in the whole list; counted only if selected.' })
    get totalCount(): Promise<number> {
      return this.slice.count();
    }

    get truncated(): boolean {
      return this.slice.truncated ?? false;
    }

    static of(slice: Slice<T>): ConnectionOf<T> {
      return new NodeConnection(slice);
    }
  }
  if (truncated !== undefined) Field(() => Boolean, { description: truncated })(NodeConnection.prototype, 'truncated');
  return NodeConnection;
}

/** Each cursor needs a signature, so an edge creates its cursor only if the client selects the cursor. */
class LazyEdge<T> implements Edge<T> {
  constructor(
    readonly node: T,
    private readonly seal: () => string,
  ) {}

  get cursor(): string {
    return this.seal();
  }
}

function pageInfo({ items, hasNext, hasPrevious, cursorAt }: Slice<unknown>): PageInfo {
  const last = items.length - 1;
  return {
    hasNextPage: hasNext,
    hasPreviousPage: hasPrevious,
    get startCursor() {
      return last < 0 ? null : cursorAt(0);
    },
    get endCursor() {
      return last < 0 ? null : cursorAt(last);
    },
  };
}
