import { applyDecorators } from '@nestjs/common';
import { Int } from '@nestjs/graphql';
import { IsInt, IsString, Min } from 'class-validator';

import { Expose } from './expose.js';

const MESSAGE = '$property must be an integer, 1 or more';

/** The parameter that says how many items a page has. */
export function PageLimit(description: string): PropertyDecorator {
  return applyDecorators(
    Expose(description, { as: Int, optional: true, schema: { minimum: 1, default: 20, maximum: 500 } }),
    IsInt({ message: MESSAGE }),
    Min(1, { message: MESSAGE }),
  );
}

/** The parameters every list has. */
export class PageQuery {
  @PageLimit('Items a page; `limits.pageSize` at most.')
  limit?: number;

  @Expose('The page after this cursor (`nextCursor`).', { optional: true })
  @IsString()
  after?: string;

  @Expose('The page before this cursor (`previousCursor`).', { optional: true })
  @IsString()
  before?: string;
}
