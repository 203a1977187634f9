import { isListType, isNonNullType, isUnionType, SchemaMetaFieldDef, TypeMetaFieldDef } from 'graphql';
import type { GraphQLCompositeType, GraphQLField, GraphQLInputType, GraphQLOutputType } from 'graphql';

/** Returns a field of a type by its name, including the fields of introspection. */
export function definitionOf(type: GraphQLCompositeType, name: string): GraphQLField<unknown, unknown> | undefined {
  if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
  if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
  return isUnionType(type) ? undefined : type.getFields()[name];
}

/** Whether a type is a list, nullable or not. */
export function isListOf(type: GraphQLOutputType | GraphQLInputType): boolean {
  return isListType(isNonNullType(type) ? type.ofType : type);
}
