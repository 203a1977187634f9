import { isInputObjectType } from 'graphql';
import type { GraphQLInputObjectType, GraphQLInputType } from 'graphql';

import { invalid, pointerTo } from '@haven/kernel';

import { inputSourceOf } from '../extensions.js';
import { inputFieldOf, objectTypeOf } from './input-value.js';
import type { InputValue } from './input-value.js';

/**
 * Translates an `orderBy` argument to the `sort` argument of the generic fields, with an item for each of its items.
 * Date-times are compared as points in time. Throws `SORT_INVALID`, with a pointer that starts with `/orderBy`, for a
 * variable in place of a direction that is null or absent.
 */
export function toSort(orderBy: readonly InputValue[], type: GraphQLInputType): string[] {
  const itemType = objectTypeOf(type);
  return orderBy.map((item, index) => sortItem(item, itemType, { path: [], pointer: `/orderBy/${index}` }));
}

/** The path of a sorted member so far, and where in the argument it is. */
interface Place {
  readonly path: readonly string[];
  readonly pointer: string;
}

/** Each object has exactly one member, and the innermost one has the direction: nothing, or `-`. */
function sortItem(item: InputValue, type: GraphQLInputObjectType, { path: parents, pointer }: Place): string {
  const [[name, value] = ['', null]] = Object.entries(item);
  if (value === null)
    throw invalid(
      'SORT_INVALID',
      name === '' ? pointer : pointerTo(pointer, name),
      'must not be null; write ASC or DESC',
    );
  const field = inputFieldOf(type, name);
  const source = inputSourceOf(field);
  if (!('path' in source)) throw new Error(`${type.name}.${name} cannot be sorted by.`);
  const path = [...parents, source.path];
  if (isInputObjectType(field.type))
    return sortItem(value as InputValue, field.type, { path, pointer: pointerTo(pointer, name) }); // coerced before
  const text = `${value as string}${path.join('.')}`; // a value of the enum SortOrder
  if (source.kind === 'member' && source.isDateTime) return JSON.stringify({ path: text, type: 'dateTime' });
  return /^[[{]/.test(text) ? `\\${text}` : text; // the sort would be read as JSON
}
