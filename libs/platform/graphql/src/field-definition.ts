import { isListType, isNonNullType, isUnionType, SchemaMetaFieldDef, TypeMetaFieldDef } from 'graphql';
import type { GraphQLCompositeType, GraphQLField, GraphQLInputType, GraphQLOutputType } from 'graphql';

/** A field of a type by its name, those of introspection included. */
export function definitionOf(type: GraphQLCompositeType, name: string): GraphQLField<unknown, unknown> | undefined {
  if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
  if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
  return isUnionType(type) ? undefined : type.getFields()[name];
}

/** Whether a type is a list, which may not be null. */
export function isListOf(type: GraphQLOutputType | GraphQLInputType): boolean {
  return isListType(isNonNullType(type) ? type.ofType : type);
}
