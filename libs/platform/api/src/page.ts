import type { Type } from '@nestjs/common';
import { ApiProperty, ApiSchema } from '@nestjs/swagger';

import type { Slice } from '@haven/kernel';

/** A slice as REST publishes it; the same cursors stand in the `Link` header (RFC 8288). */
export abstract class Page {
  abstract nextCursor: string | null;
  abstract previousCursor: string | null;
}

/** A page of some view. */
export interface PageOf<T> extends Page {
  items: T[];
  total?: number;
}

/** Makes the REST page class of a view; `of` turns a slice into one. */
export function PageClass<T>(
  item: Type<T>,
  name: string,
): Type<PageOf<T>> & { of(slice: Slice<T>, total?: number): PageOf<T> } {
  @ApiSchema({ name, description: 'A page of a list.' })
  class ItemPage extends Page implements PageOf<T> {
    @ApiProperty({ description: 'The items.', type: () => [item] })
    items!: T[];

    @ApiProperty({ description: 'Pass as `after` for the next page; null at the end.', type: String, nullable: true })
    nextCursor!: string | null;

    @ApiProperty({
      description: 'Pass as `before` for the page before; null at the start.',
      type: String,
      nullable: true,
    })
    previousCursor!: string | null;

    @ApiProperty({ description: 'Items in the whole list; only with `count`.', type: 'integer', required: false })
    total?: number;

    static of({ items, nextCursor, previousCursor }: Slice<T>, total?: number): PageOf<T> {
      return Object.assign(new ItemPage(), {
        items,
        nextCursor,
        previousCursor,
        ...(total !== undefined && { total }),
      });
    }
  }
  return ItemPage;
}
