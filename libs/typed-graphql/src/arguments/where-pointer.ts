import { isInputObjectType, getNamedType } from 'graphql';
import type { GraphQLInputField, GraphQLInputType } from 'graphql';

import { inputSourceOf } from '../extensions.js';
import { objectTypeOf } from './input-value.js';
import type { InputValue } from './input-value.js';

/**
 * Returns the place in a `where` argument that became a place in the filter. Both are JSON Pointers, from the roots of
 * the argument and of the filter. Below an operator and in `_raw`, they are the same.
 */
export function toWherePointer(pointer: string, type: GraphQLInputType, where: InputValue): string {
  const tokens = pointer.split('/').slice(1);
  return [''].concat(placeOf(tokens, where, type)).join('/');
}

function placeOf(tokens: readonly string[], where: unknown, type: GraphQLInputType): readonly string[] {
  const [token, ...rest] = tokens;
  if (token === undefined || !isInputObjectType(getNamedType(type))) return tokens;
  if (Array.isArray(where)) return [token, ...placeOf(rest, where[Number(token)], type)];
  const field = Object.values(objectTypeOf(type).getFields()).find((one) => isWrittenAs(one, token));
  if (!field) return tokens;
  const conditions = (where ?? {}) as InputValue; // an object of the type
  if (token === '_and' && isRaw(rest[0], conditions)) return ['_raw', ...rest.slice(1)];
  return [
    field.name,
    ...placeOf(
      rest.filter((one) => one !== '$dateTime'),
      conditions[field.name],
      field.type,
    ),
  ];
}

/** Whether a filter has this token of a pointer for a field of a `where` argument. */
function isWrittenAs(field: GraphQLInputField, token: string): boolean {
  const source = inputSourceOf(field);
  const key = 'path' in source ? source.path : field.name;
  return key.replaceAll('~', '~0').replaceAll('/', '~1') === token;
}

/** `toFilter` adds `_raw` as the last part of `_and`. */
function isRaw(index: string | undefined, { _and, _raw }: InputValue): boolean {
  return _raw !== undefined && index === String(Array.isArray(_and) ? _and.length : 0);
}
