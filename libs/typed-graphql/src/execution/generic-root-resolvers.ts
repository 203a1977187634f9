import type { GraphQLFieldResolver, GraphQLOutputType, GraphQLSchema } from 'graphql';

import type { GraphqlContext } from '@haven/api';

import type { RootField } from '../field-source.js';

type RootResolver = GraphQLFieldResolver<unknown, GraphqlContext>;

/** Resolves the root fields of typed schemas by the resolvers of the generic fields, and completes their results. */
export class GenericRootResolvers {
  constructor(
    readonly generic: GraphQLSchema,
  ) {}

  /** Returns the resolver of a typed root field, of a subscription too. `type` is the type in the public schema. */
  resolve(field: RootField, type: GraphQLOutputType): RootResolver {
    throw new Error(`Not implemented: ${field.operation} ${String(type)}`);
  }

  /** Returns the function that starts a typed subscription. */
  subscribe(field: RootField): RootResolver {
    throw new Error(`Not implemented: ${field.operation}`);
  }
}
