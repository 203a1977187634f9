import { GraphQLSchema, isEnumType, isInputObjectType, isObjectType } from 'graphql';
import type { GraphQLFieldConfig, GraphQLNamedType } from 'graphql';

import type { GraphqlContext } from '@haven/api';
import type { VisibleTypes } from '@haven/record-types';

import { outputExtensions } from '../extensions.js';
import { ExecutionSchema, introspectionFields, TypedResult } from './execution-schema.js';
import { OutputTypes } from './output-types.js';
import { reachableTypes } from './reachable-types.js';
import { rootFields } from './root-fields.js';
import type { RootResolvers } from './root-resolvers.js';
import { rootTypes } from './root-types.js';
import { sharedTypesOf } from './shared-types.js';
import type { TypedRootField } from './typed-root-field.js';

/** The schema of a caller, with the generic fields first and then those made from the collections. */
export interface TypedSchema {
  /** The schema that clients see: documents are validated against it, and introspection describes it. */
  readonly schema: GraphQLSchema;
  /**
   * The schema that is executed. It has the same root fields with the same arguments, but typed root fields are leaves
   * of the type `TypedResult`, so their resolvers complete their selection sets. Introspection of it describes
   * `schema`.
   */
  readonly execution: GraphQLSchema;
  /** Number of fields and enum values of the types made from collections, on which the size of the schema depends. */
  readonly fields: number;
}

/** Builds the schema of a caller. `generic` is not changed, and its types are used as they are. */
export function buildTypedSchema(generic: GraphQLSchema, visible: VisibleTypes, roots: RootResolvers): TypedSchema {
  const steps = typedSchemaSteps(generic, visible, roots);
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}

/**
 * Builds a schema in short steps, so that other requests can run in between. Those that cannot be divided take a tenth
 * of the time each: graphql-js creates the two schemas from their types.
 */
export function* typedSchemaSteps(
  generic: GraphQLSchema,
  visible: VisibleTypes,
  roots: RootResolvers,
): Generator<undefined, TypedSchema> {
  const shared = sharedTypesOf(generic);
  const readable = visible.collections.filter(({ canRead }) => canRead);
  const output = new OutputTypes(shared, new Map(readable.map(({ types }) => [types.collection, types])));
  const typed: TypedRootField[] = [];
  for (const collection of visible.collections) {
    typed.push(...rootFields(collection, output, shared));
    yield;
  }
  const { directives, description } = generic.toConfig();
  const common = { directives, description, assumeValid: true };
  const visibleRoots = rootTypes(generic, typed, visibleField);
  const types = yield* reachableTypes([...typesBesideRoots(generic), ...Object.values(visibleRoots)]);
  const schema = new GraphQLSchema({ ...common, ...visibleRoots, types });
  yield;
  const toField = (field: TypedRootField) => executedField(field, roots);
  const executedRoots = rootTypes(generic, typed, toField, introspectionFields(schema));
  const inputs = types.filter((type) => isInputObjectType(type));
  const execution = new ExecutionSchema({ ...common, ...executedRoots, types: inputs }, schema);
  yield;
  return { schema, execution, fields: countFields(schema, generic) };
}

function visibleField({ description, type, args, field }: TypedRootField): GraphQLFieldConfig<unknown, unknown> {
  return { description, type, args, extensions: outputExtensions(field) };
}

function executedField(
  { type, args, field }: TypedRootField,
  roots: RootResolvers,
): GraphQLFieldConfig<unknown, GraphqlContext> {
  return {
    type: TypedResult,
    args,
    extensions: outputExtensions(field),
    resolve: roots.resolve(field, type),
    ...(field.operation === 'changes' && { subscribe: roots.subscribe(field, type) }),
  };
}

/** Types that no field of another type leads to are part of the schema too. */
function typesBesideRoots(generic: GraphQLSchema): GraphQLNamedType[] {
  const roots = new Set<GraphQLNamedType | null | undefined>([
    generic.getQueryType(),
    generic.getMutationType(),
    generic.getSubscriptionType(),
  ]);
  return Object.values(generic.getTypeMap()).filter((type) => !roots.has(type));
}

function countFields(schema: GraphQLSchema, generic: GraphQLSchema): number {
  return Object.values(schema.getTypeMap())
    .filter((type) => generic.getType(type.name) !== type)
    .reduce((sum, type) => sum + sizeOf(type), 0);
}

function sizeOf(type: GraphQLNamedType): number {
  if (isEnumType(type)) return type.getValues().length;
  return isObjectType(type) || isInputObjectType(type) ? Object.keys(type.getFields()).length : 0;
}
