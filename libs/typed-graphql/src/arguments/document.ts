import type { GraphQLInputType } from 'graphql';

import type { JsonObject } from '@haven/kernel';

import type { InputValue } from './filter.js';

/**
 * Translates a `data` argument, which is a document or a merge patch of one: names become keys. Enum values are strings
 * already, null stays null, and an absent member stays absent.
 */
export function toDocument(data: InputValue, type: GraphQLInputType): JsonObject {
  throw new Error(`Not implemented: ${String(type)} ${Object.keys(data).length}`);
}
