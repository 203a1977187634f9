import { isInputObjectType } from 'graphql';
import type { GraphQLInputObjectType, GraphQLInputType } from 'graphql';

import { inputSourceOf } from '../extensions.js';
import { inputFieldOf, objectTypeOf } from './input-value.js';
import type { InputValue } from './input-value.js';

/**
 * Translates an `orderBy` argument to the `sort` argument of the generic fields, with an item for each of its items.
 * Date-times are compared as points in time.
 */
export function toSort(orderBy: readonly InputValue[], type: GraphQLInputType): string[] {
  const itemType = objectTypeOf(type);
  return orderBy.map((item) => sortItem(item, itemType, []));
}

/** Each object has exactly one member, and the innermost one has the direction: nothing, or `-`. */
function sortItem(item: InputValue, type: GraphQLInputObjectType, parents: readonly string[]): string {
  const [[name, value] = ['', null]] = Object.entries(item);
  const field = inputFieldOf(type, name);
  const source = inputSourceOf(field);
  if (!('path' in source)) throw new Error(`${type.name}.${name} cannot be sorted by.`);
  const path = [...parents, source.path];
  if (isInputObjectType(field.type)) return sortItem(value as InputValue, field.type, path); // graphql-js coerced it
  const text = `${String(value)}${path.join('.')}`;
  if (source.kind === 'member' && source.isDateTime) return JSON.stringify({ path: text, type: 'dateTime' });
  return /^[[{]/.test(text) ? `\\${text}` : text; // the sort would be read as JSON
}
