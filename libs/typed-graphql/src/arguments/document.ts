import { getNullableType, isInputObjectType, isListType } from 'graphql';
import type { GraphQLInputObjectType, GraphQLInputType } from 'graphql';

import type { JsonObject, JsonValue } from '@haven/kernel';

import { inputSourceOf } from '../extensions.js';
import { inputFieldOf } from './input-value.js';
import type { InputValue } from './input-value.js';

/**
 * Translates a `data` argument, which is a document or a merge patch of one: names become keys. Enum values are strings
 * already, null stays null, and an absent member stays absent.
 */
export function toDocument(data: InputValue, type: GraphQLInputType): JsonObject {
  return documentValue(data, type) as JsonObject; // the type is that of an object
}

function documentValue(value: unknown, type: GraphQLInputType): JsonValue {
  const nullable = getNullableType(type);
  if (value !== null && isInputObjectType(nullable)) return documentObject(value as InputValue, nullable); // coerced
  if (Array.isArray(value) && isListType(nullable)) return value.map((item) => documentValue(item, nullable.ofType));
  return value as JsonValue; // null, or the value of a scalar
}

/** `Object.fromEntries` keeps every key, whatever its name. */
function documentObject(value: InputValue, type: GraphQLInputObjectType): JsonObject {
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      const field = inputFieldOf(type, name);
      const source = inputSourceOf(field);
      if (source.kind !== 'member') throw new Error(`${type.name}.${name} is no member of a document.`);
      return [source.key, documentValue(member, field.type)];
    }),
  );
}
