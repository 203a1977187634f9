import type { GraphQLInputType } from 'graphql';

import type { JsonObject } from '@haven/kernel';

/** A typed input value after graphql-js has coerced it. */
export type InputValue = Readonly<Record<string, unknown>>;

/**
 * Translates a `where` argument to a filter. The filter has the same structure, so `toWherePointer` can find the place
 * in the argument that an error of the filter is about.
 */
export function toFilter(where: InputValue, type: GraphQLInputType): JsonObject {
  throw new Error(`Not implemented: ${String(type)} ${Object.keys(where).length}`);
}

/** Returns the pointer into a `where` argument for a pointer into the filter made from it; both start at their roots. */
export function toWherePointer(pointer: string, type: GraphQLInputType): string {
  throw new Error(`Not implemented: ${String(type)} ${pointer}`);
}
