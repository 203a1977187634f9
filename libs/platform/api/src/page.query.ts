import { applyDecorators } from '@nestjs/common';
import { Int } from '@nestjs/graphql';
import { IsInt, IsString, Min } from 'class-validator';

import { Expose } from './expose.js';

const MESSAGE = '$property must be an integer, 1 or more';

/** Declares the parameter for the number of items per page. */
export function PageLimit(description: string): PropertyDecorator {
  return applyDecorators(
    Expose(description, { as: Int, optional: true, schema: { minimum: 1, default: 20, maximum: 500 } }),
    IsInt({ message: MESSAGE }),
    Min(1, { message: MESSAGE }),
  );
}

/** The parameters of every list. */
export class PageQuery {
  @PageLimit('Number of items per page; at most `limits.pageSize`.')
  limit?: number;

  @Expose('Cursor (`nextCursor`) after which the page starts.', { optional: true })
  @IsString()
  after?: string;

  @Expose('Cursor (`previousCursor`) before which the page ends.', { optional: true })
  @IsString()
  before?: string;
}
