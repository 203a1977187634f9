import type { Type } from '@nestjs/common';
import { Field, Int, ObjectType } from '@nestjs/graphql';

import type { Slice } from '@haven/kernel';

/** Relay's page information. */
@ObjectType('PageInfo', { description: 'Where a page lies in its list (Relay Cursor Connections).' })
export class PageInfo {
  @Field({ description: 'Whether there is more after this page.' })
  hasNextPage!: boolean;

  @Field({ description: 'Whether there is more before this page.' })
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

/** A slice as GraphQL publishes it. */
export interface ConnectionOf<T> {
  edges: Edge<T>[];
  pageInfo: PageInfo;
  /** Counted only if selected. */
  readonly totalCount: Promise<number>;
}

/** A connection class, for resolvers to name as their type. */
export interface ConnectionClass<T> extends Function {
  of(slice: Slice<T>): ConnectionOf<T>;
}

/** Makes the Relay connection class of a view; `of` turns a slice into one. */
export function Connection<T>(node: Type<T>, name: string): ConnectionClass<T> {
  @ObjectType(`${name}Edge`, { description: `One ${name} of a list, with its cursor.` })
  class NodeEdge implements Edge<T> {
    @Field(() => node, { description: 'The item.' })
    node!: T;

    @Field({ description: "The item's position, equal to REST's cursors." })
    cursor!: string;
  }

  @ObjectType(`${name}Connection`, { description: `A page of a list of ${name}.` })
  class NodeConnection implements ConnectionOf<T> {
    @Field(() => [NodeEdge], { description: 'The items.' })
    edges: NodeEdge[];

    @Field(() => PageInfo, { description: 'Where the page lies.' })
    pageInfo: PageInfo;

    constructor(private readonly slice: Slice<T>) {
      this.edges = slice.items.map((item, index) => new LazyEdge(item, () => slice.cursorAt(index)));
      this.pageInfo = pageInfo(slice);
    }

    @Field(() => Int, { description: 'Items in the whole list; counted only if selected.' })
    get totalCount(): Promise<number> {
      return this.slice.count();
    }

    static of(slice: Slice<T>): ConnectionOf<T> {
      return new NodeConnection(slice);
    }
  }
  return NodeConnection;
}

/** Cursors cost a signature each, so an edge makes its own only if it is selected. */
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
