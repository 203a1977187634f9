import type { GraphQLInputType } from 'graphql';

import type { InputValue } from './filter.js';

/** Translates an `orderBy` argument to the `sort` argument of the generic fields, with an item for each of its items. */
export function toSort(orderBy: readonly InputValue[], type: GraphQLInputType): string[] {
  throw new Error(`Not implemented: ${String(type)} ${orderBy.length}`);
}
