import { Args, ID, Int, Mutation, Query, Resolver } from '@nestjs/graphql';

import { JsonObjectScalar, JsonScalar } from './json.js';
import { Product, ProductConnection } from './product.js';
import { ProductsService } from './products.service.js';

/** `collection` is always `products`: it makes the documents the same as those for Haven. */
@Resolver(() => Product)
export class ProductsResolver {
  constructor(private readonly products: ProductsService) {}

  @Query(() => Product)
  record(@Args('collection') _collection: string, @Args('id', { type: () => ID }) id: string) {
    return this.products.get(id);
  }

  @Query(() => ProductConnection)
  async records(
    @Args('collection') _collection: string,
    @Args('first', { type: () => Int, defaultValue: 20 }) first: number,
    @Args('filter', { type: () => JsonScalar, nullable: true }) filter?: object,
  ): Promise<ProductConnection> {
    const { items, nextCursor } = await this.products.list(first, filter);
    return {
      edges: items.map((node) => ({ node })),
      pageInfo: { hasNextPage: nextCursor !== null, endCursor: nextCursor },
    };
  }

  @Mutation(() => Product)
  createRecord(
    @Args('collection') _collection: string,
    @Args('data', { type: () => JsonObjectScalar }) data: Record<string, unknown>,
  ) {
    return this.products.create(data);
  }

  @Mutation(() => Product)
  patchRecord(
    @Args('collection') _collection: string,
    @Args('id', { type: () => ID }) id: string,
    @Args('data', { type: () => JsonObjectScalar }) data: Record<string, unknown>,
  ) {
    return this.products.patch(id, data);
  }
}
