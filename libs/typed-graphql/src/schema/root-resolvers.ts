import type { GraphQLFieldResolver, GraphQLOutputType } from 'graphql';

import type { GraphqlContext } from '@haven/api';

import type { RootField } from '../field-source.js';

/**
 * Resolves the typed root fields. In the schema that is executed, a root field is a leaf, so that graphql-js does not
 * read its selection set: its resolver returns the whole value of the field, and `type` is what the selection set is
 * about. The types of the arguments are in `info.parentType`.
 */
export interface RootResolvers {
  /** Returns the resolver of a query or a mutation; for a subscription, that of one event. */
  resolve(field: RootField, type: GraphQLOutputType): RootResolver;
  /** Returns what subscribes to the events of a subscription. */
  subscribe(field: RootField, type: GraphQLOutputType): RootResolver;
}

type RootResolver = GraphQLFieldResolver<unknown, GraphqlContext>;
