import { GraphQLObjectType } from 'graphql';
import type { GraphQLFieldConfig, GraphQLFieldConfigMap, GraphQLSchema } from 'graphql';

import type { GraphqlContext } from '@haven/api';

import type { TypedRootField } from './typed-root-field.js';

/** The types of the operations, as the configuration of a schema names them. */
interface RootTypes {
  readonly query: GraphQLObjectType;
  readonly mutation: GraphQLObjectType;
  readonly subscription: GraphQLObjectType;
}

type Fields = GraphQLFieldConfigMap<unknown, GraphqlContext>;

/** Creates types of operations that have the generic fields first, then the typed ones, and then `more` queries. */
export function rootTypes(
  generic: GraphQLSchema,
  typed: readonly TypedRootField[],
  toField: (field: TypedRootField) => GraphQLFieldConfig<unknown, GraphqlContext>,
  more: Fields = {},
): RootTypes {
  const query = configOf(generic.getQueryType());
  const mutation = configOf(generic.getMutationType());
  const subscription = configOf(generic.getSubscriptionType());
  const configs = { Query: query, Mutation: mutation, Subscription: subscription };
  for (const field of typed) {
    const { fields } = configs[field.root];
    // A generic field wins over a typed one of the same name.
    if (!Object.hasOwn(fields, field.name)) fields[field.name] = toField(field);
  }
  Object.assign(query.fields, more);
  return {
    query: new GraphQLObjectType(query),
    mutation: new GraphQLObjectType(mutation),
    subscription: new GraphQLObjectType(subscription),
  };
}

/** Returns a copy of what a type was created from. */
function configOf(type: GraphQLObjectType | null | undefined) {
  if (!type) throw new Error('The generic schema needs queries, mutations and subscriptions.');
  return type.toConfig();
}
