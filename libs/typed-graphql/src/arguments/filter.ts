import type { GraphQLInputObjectType, GraphQLInputType } from 'graphql';

import { invalid, pointerTo } from '@haven/kernel';
import type { JsonObject, JsonValue } from '@haven/kernel';

import { inputSourceOf } from '../extensions.js';
import { inputFieldOf, objectTypeOf } from './input-value.js';
import type { InputValue } from './input-value.js';

/**
 * Translates a `where` argument to a filter of the generic fields. Throws `FILTER_INVALID` for a member that is null or
 * empty, with a pointer that starts with `/where`. Whatever else is wrong, the filter's parser finds.
 */
export function toFilter(where: InputValue, type: GraphQLInputType): JsonObject {
  return filterOf(where, objectTypeOf(type), '/where');
}

/** Translates the operators on one value, such as those of the type `NumberFilter`. */
export function operatorsOf(operators: InputValue, type: GraphQLInputObjectType, pointer: string): JsonObject {
  return filterOf(operators, type, pointer);
}

function filterOf(where: InputValue, type: GraphQLInputObjectType, pointer: string): JsonObject {
  const filter: Record<string, JsonValue> = {};
  for (const [name, value] of Object.entries(where)) {
    const field = inputFieldOf(type, name);
    const source = inputSourceOf(field);
    const place = pointerTo(pointer, name);
    switch (source.kind) {
      case 'member':
      case 'system':
        filter[source.path] = filterOf(conditionsAt(value, place), objectTypeOf(field.type), place);
        break;
      case 'logic':
        filter[name] = logicOf(value, type, place);
        break;
      case 'elements':
        filter[name] = logicOf(value, objectTypeOf(field.type), place);
        break;
      case 'operator':
        filter[name] = source.isDateTime ? dateTimes(value) : (value as JsonValue); // a scalar, or JSON
        break;
    }
  }
  if (where['_raw'] === undefined) return filter;
  return withRaw(filter, where['_raw'] as JsonValue, pointerTo(pointer, '_raw')); // the scalar JSON
}

/** A client that means no condition and one that means null would both send null. */
function conditionsAt(value: unknown, pointer: string): InputValue {
  if (value === null)
    throw invalid('FILTER_INVALID', pointer, 'must not be null; to find null, write {_isNull: true} or {_eq: null}');
  const conditions = value as InputValue; // graphql-js coerced it to an object
  if (Object.keys(conditions).length > 0) return conditions;
  throw invalid(
    'FILTER_INVALID',
    pointer,
    'must not be empty; name an operator, such as _eq, or a member of the object',
  );
}

/** The filter's parser refuses null. */
function logicOf(value: unknown, type: GraphQLInputObjectType, pointer: string): JsonValue {
  if (Array.isArray(value))
    return value.map((part: InputValue, index) => filterOf(part, type, pointerTo(pointer, index)));
  return value === null ? null : filterOf(value as InputValue, type, pointer); // graphql-js coerced it to an object
}

/** Compares strings as points in time. Null is compared as null. */
function dateTimes(operand: unknown): JsonValue {
  if (Array.isArray(operand)) return operand.map(dateTimes);
  return typeof operand === 'string' ? { $dateTime: operand } : (operand as JsonValue); // null
}

/** Returns operators that compare strings as points in time. */
export function withDateTimes(operators: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(operators).map(([operator, operand]) => [operator, dateTimes(operand)]));
}

/** Adds a filter as the last part of `_and`, where `toWherePointer` expects it. */
function withRaw(filter: JsonObject, raw: JsonValue, pointer: string): JsonObject {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw))
    throw invalid('FILTER_INVALID', pointer, 'must be a filter, such as {"title": "Alien"}');
  const and = filter['_and'];
  return { ...filter, _and: [...(Array.isArray(and) ? and : []), raw] };
}
