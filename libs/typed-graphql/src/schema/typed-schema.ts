import type { GraphQLSchema } from 'graphql';

import type { RootResolvers } from './root-resolvers.js';
import type { VisibleTypes } from './visible-types.js';

/** The schema of a caller, with the generic fields first and then those made from the collections. */
export interface TypedSchema {
  /** What clients see: documents are validated against it, and introspection describes it. */
  readonly schema: GraphQLSchema;
  /**
   * What is executed. It has the same root fields with the same arguments, but typed root fields are leaves of the type
   * `TypedResult`, so their resolvers complete their selection sets. Its types are the same objects otherwise.
   */
  readonly execution: GraphQLSchema;
  /** Number of fields and enum values of the types made from collections, which the memory of the schema depends on. */
  readonly fields: number;
}

/** Builds the schema of a caller. `generic` is not changed, and its types are used as they are. */
export function buildTypedSchema(generic: GraphQLSchema, visible: VisibleTypes, roots: RootResolvers): TypedSchema {
  throw new Error(`Not implemented: ${[generic, visible, roots].length}`);
}
