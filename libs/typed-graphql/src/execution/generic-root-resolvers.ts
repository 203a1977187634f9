import type { GraphQLFieldResolver, GraphQLOutputType, GraphQLSchema } from 'graphql';

import type { GraphqlContext } from '@haven/api';
import type { RelatedRecordsService } from '@haven/records';

import type { RootField } from '../field-source.js';
import type { RootResolvers } from '../schema/root-resolvers.js';

type RootResolver = GraphQLFieldResolver<unknown, GraphqlContext>;

/** Resolves typed root fields by the resolvers of the generic fields, and completes what these return. */
export class GenericRootResolvers implements RootResolvers {
  constructor(
    readonly generic: GraphQLSchema,
    readonly related: RelatedRecordsService,
  ) {}

  resolve(field: RootField, type: GraphQLOutputType): RootResolver {
    throw new Error(`Not implemented: ${field.operation} ${String(type)}`);
  }

  subscribe(field: RootField, type: GraphQLOutputType): RootResolver {
    throw new Error(`Not implemented: ${field.operation} ${String(type)}`);
  }
}
