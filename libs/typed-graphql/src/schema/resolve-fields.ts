import { getNamedType, isInputObjectType, isInterfaceType, isObjectType, isUnionType } from 'graphql';
import type { GraphQLNamedType, GraphQLType } from 'graphql';

/**
 * Creates the fields of all types that can be reached from `start`, in a step for each type. graphql-js creates them
 * when they are first read, which is most of the work of building a schema.
 */
export function* resolveFields(start: readonly GraphQLType[]): Generator<undefined, void> {
  const seen = new Set<GraphQLNamedType>();
  const found = [...start];
  for (let next = found.pop(); next; next = found.pop()) {
    const type = getNamedType(next);
    if (seen.has(type)) continue;
    seen.add(type);
    found.push(...typesIn(type));
    yield;
  }
}

function typesIn(type: GraphQLNamedType): GraphQLType[] {
  if (isUnionType(type)) return [...type.getTypes()];
  if (isInputObjectType(type)) return Object.values(type.getFields()).map((field) => field.type);
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  return Object.values(type.getFields()).flatMap((field) => [field.type, ...field.args.map((arg) => arg.type)]);
}
