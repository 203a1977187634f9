import {
  GraphQLObjectType,
  GraphQLScalarType,
  GraphQLSchema,
  OperationTypeNode,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
} from 'graphql';
import type { GraphQLFieldConfigMap, GraphQLSchemaConfig } from 'graphql';

/**
 * The type of typed root fields when they are executed. graphql-js does not read the selection set of a scalar, so the
 * resolver returns the value of the whole selection.
 */
export const TypedResult = new GraphQLScalarType<unknown, unknown>({
  name: 'TypedResult',
  description: 'The value of a typed field, with its selection set completed.',
  serialize: (value) => value,
});

/**
 * A schema that is executed in place of another one, which clients see. Introspection has to describe the other one.
 * graphql-js describes the executed schema, but only on the type that `getQueryType` returns. Here, that is the
 * other schema's, so graphql-js takes `__schema` and `__type` for ordinary fields, which the query type has.
 */
export class ExecutionSchema extends GraphQLSchema {
  private readonly queries: GraphQLObjectType;

  constructor(
    config: Readonly<GraphQLSchemaConfig> & { readonly query: GraphQLObjectType },
    private readonly visible: GraphQLSchema,
  ) {
    super({ ...config, assumeValid: true });
    this.queries = config.query;
  }

  override getRootType(operation: OperationTypeNode) {
    return operation === OperationTypeNode.QUERY ? this.queries : super.getRootType(operation);
  }

  override getQueryType() {
    return this.visible.getQueryType();
  }
}

/** Returns the fields of introspection, as ordinary fields that describe `visible`. */
export function introspectionFields(visible: GraphQLSchema): GraphQLFieldConfigMap<unknown, unknown> {
  return {
    __schema: { type: SchemaMetaFieldDef.type, resolve: () => visible },
    __type: {
      type: TypeMetaFieldDef.type,
      args: Object.fromEntries(TypeMetaFieldDef.args.map(({ name, type }) => [name, { type }])),
      resolve: (_source, { name }) => visible.getType(String(name)),
    },
  };
}
