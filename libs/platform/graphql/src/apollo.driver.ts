import { ApolloDriver } from '@nestjs/apollo';
import type { ApolloDriverConfig } from '@nestjs/apollo';
import { Inject, Injectable } from '@nestjs/common';
import { isObjectType, lexicographicSortSchema } from 'graphql';
import type { GraphQLFieldConfig, GraphQLSchema } from 'graphql';

import { ApolloOptions } from './apollo-options.js';
import { gatewayTo, shareDocuments } from './schema-gateway.js';

/** Starts the Apollo Server of the schema that Nest has generated. Operations are executed by `GenericSchema`. */
@Injectable()
export class GenericApolloDriver extends ApolloDriver {
  @Inject(ApolloOptions) private readonly apollo!: ApolloOptions; // Nest injects the base class's the same way

  /**
   * Generates the schema from the contract classes, with the resolvers as functions of its fields. Nest's own method
   * also prints the schema, parses the text and builds two further schemas, only to copy the resolvers from them.
   */
  override async generateSchema(options: ApolloDriverConfig): Promise<GraphQLSchema> {
    // Both members are private, and therefore declared without a type, but there is no other way to them.
    const resolvers = this.graphQlFactory['resolversExplorerService'];
    const builder = this.graphQlFactory['gqlSchemaBuilder'];
    const functions: Record<string, Record<string, object>> = resolvers.explore();
    const schema: GraphQLSchema = await builder.build(true, options, resolvers.getAllCtors());
    for (const [type, fields] of Object.entries(functions)) addResolvers(schema, type, fields);
    return lexicographicSortSchema(schema);
  }

  override async start(options: ApolloDriverConfig): Promise<void> {
    if (!options.schema) throw new Error('The schema has not been generated.');
    const generic = this.apollo.useSchema(options.schema);
    const gateway = { gateway: gatewayTo(generic) }; // Apollo's option, which Nest does not declare
    await super.start({ ...options, documentStore: null, ...gateway });
    shareDocuments(this.instance, this.apollo.documents, generic);
  }
}

/** The functions of a field. Those of a subscription are members; another field has only one. */
type FieldFunctions = Pick<GraphQLFieldConfig<unknown, unknown>, 'resolve' | 'subscribe'>;

function addResolvers(schema: GraphQLSchema, typeName: string, functions: Record<string, object>): void {
  const type = schema.getType(typeName);
  if (!isObjectType(type)) throw new Error(`There are resolvers of ${typeName}, which is no type of the schema.`);
  const fields = type.getFields();
  for (const [name, given] of Object.entries(functions)) {
    const field = fields[name];
    if (!field) throw new Error(`There is a resolver of ${typeName}.${name}, which is no field of the schema.`);
    const { resolve, subscribe } = (typeof given === 'function' ? { resolve: given } : given) as FieldFunctions;
    field.resolve = resolve;
    field.subscribe = subscribe;
  }
}
