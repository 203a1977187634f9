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
  const fieldsOf = (root: TypedRootField['root']): Fields =>
    Object.fromEntries(typed.filter((field) => field.root === root).map((field) => [field.name, toField(field)]));
  return {
    query: extended(generic.getQueryType(), { ...fieldsOf('Query'), ...more }),
    mutation: extended(generic.getMutationType(), fieldsOf('Mutation')),
    subscription: extended(generic.getSubscriptionType(), fieldsOf('Subscription')),
  };
}

/** A generic field wins over another one of the same name. */
function extended(type: GraphQLObjectType | null | undefined, fields: Fields): GraphQLObjectType {
  if (!type) throw new Error('The generic schema needs queries, mutations and subscriptions.');
  const config = type.toConfig();
  return new GraphQLObjectType({ ...config, fields: { ...config.fields, ...fields, ...config.fields } });
}
