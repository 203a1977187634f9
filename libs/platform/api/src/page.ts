import type { Type } from '@nestjs/common';
import { ApiProperty, ApiSchema } from '@nestjs/swagger';

import type { Slice } from '@haven/kernel';

/** Name of the member with the entity tag of a page, which is not part of the published page. */
export const ENTITY_TAG = Symbol('entity tag');

/** A page as REST publishes it; the `Link` header (RFC 8288) has the same cursors. */
export abstract class Page {
  /** Without quotes; absent if the page has no entity tag. */
  [ENTITY_TAG]?: string | undefined;
  abstract nextCursor: string | null;
  abstract previousCursor: string | null;
}

/** Stands for a page that has not been read, because the client already has it. It is published as 304. */
export class UnchangedPage {
  readonly [ENTITY_TAG]: string;

  constructor(tag: string) {
    this[ENTITY_TAG] = tag;
  }
}

/** A page of views. */
export interface PageOf<T> extends Page {
  items: T[];
  total?: number;
  truncated?: boolean;
}

/**
 * Creates the REST page class of a view; its `of` converts a slice to a page. `truncated` describes the member of that
 * name, if the list may have fewer items than match.
 */
export function PageClass<T>(
  item: Type<T>,
  name: string,
  truncated?: string,
): Type<PageOf<T>> & { of(slice: Slice<T>, total?: number): PageOf<T> } {
  @ApiSchema({ name, description: 'A page of a list.' })
  class ItemPage extends Page implements PageOf<T> {
    @ApiProperty({ description: 'The items.', type: () => [item] })
    items!: T[];

    @ApiProperty({
      description: 'Pass as `after` to get the next page; null on the last page.',
      type: String,
      nullable: true,
    })
    nextCursor!: string | null;

    @ApiProperty({
      description: 'Pass as `before` to get the previous page; null on the first page.',
      type: String,
      nullable: true,
    })
    previousCursor!: string | null;

    @ApiProperty({
      description: 'Number of items in the whole list; only with `count`.',
      type: 'integer',
      required: false,
    })
    total?: number;

    truncated?: boolean;

    static of({ items, nextCursor, previousCursor, truncated }: Slice<T>, total?: number): PageOf<T> {
      return Object.assign(new ItemPage(), {
        items,
        nextCursor,
        previousCursor,
        ...(total !== undefined && { total }),
        ...(truncated !== undefined && { truncated }),
      });
    }
  }
  if (truncated !== undefined)
    ApiProperty({ description: truncated, type: 'boolean', required: false })(ItemPage.prototype, 'truncated');
  return ItemPage;
}
