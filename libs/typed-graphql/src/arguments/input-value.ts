import { getNullableType, isInputObjectType, isListType } from 'graphql';
import type { GraphQLInputField, GraphQLInputObjectType, GraphQLInputType } from 'graphql';

/** A typed input object after graphql-js has coerced it: its members are those of its type. */
export type InputValue = Readonly<Record<string, unknown>>;

/** Returns the type of the objects in an argument: that of the argument, or that of the items of a list. */
export function objectTypeOf(type: GraphQLInputType): GraphQLInputObjectType {
  const nullable = getNullableType(type);
  if (isListType(nullable)) return objectTypeOf(nullable.ofType);
  if (isInputObjectType(nullable)) return nullable;
  throw new Error(`${String(type)} is not the type of an object.`);
}

/** Returns a field of the type of a coerced object. */
export function inputFieldOf(type: GraphQLInputObjectType, name: string): GraphQLInputField {
  const field = type.getFields()[name];
  if (!field) throw new Error(`${type.name} has no field ${name}.`);
  return field;
}
