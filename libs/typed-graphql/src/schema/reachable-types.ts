import { getNamedType, isInputObjectType, isInterfaceType, isObjectType, isUnionType } from 'graphql';
import type { GraphQLNamedType, GraphQLType } from 'graphql';

/**
 * Returns types and all types that their fields and arguments lead to, in a step for each type. A schema that is given
 * all its types does not look for them by recursion, which would overflow the stack for objects in objects in objects.
 * graphql-js creates the fields of a type when they are first read, which is most of the work of building a schema.
 */
export function* reachableTypes(start: Iterable<GraphQLNamedType>): Generator<undefined, GraphQLNamedType[]> {
  const types = new Set(start);
  // A loop over a set also visits what is added to it.
  for (const type of types) {
    for (const inner of typesIn(type)) types.add(getNamedType(inner));
    yield;
  }
  return [...types];
}

function typesIn(type: GraphQLNamedType): readonly GraphQLType[] {
  if (isUnionType(type)) return type.getTypes();
  if (isInputObjectType(type)) return Object.values(type.getFields()).map((field) => field.type);
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  return Object.values(type.getFields()).flatMap((field) => [field.type, ...field.args.map((arg) => arg.type)]);
}
