import { isObjectType } from 'graphql';
import type {
  GraphQLArgumentConfig,
  GraphQLField,
  GraphQLFieldConfigArgumentMap,
  GraphQLOutputType,
  GraphQLSchema,
} from 'graphql';

/** Reads fields and arguments of the generic schema. Typed fields have the same types and descriptions. */
export class GenericFields {
  constructor(private readonly schema: GraphQLSchema) {}

  /** Returns the type and the description of a field. */
  copy(type: string, name: string): { type: GraphQLOutputType; description: string } {
    const { type: fieldType, description } = this.field(type, name);
    return { type: fieldType, description: description ?? '' };
  }

  /** Returns some arguments of a field, in this order. */
  args(type: string, name: string, names: readonly string[]): GraphQLFieldConfigArgumentMap {
    const { args } = this.field(type, name);
    return Object.fromEntries(
      names.map((arg): [string, GraphQLArgumentConfig] => {
        const found = args.find((one) => one.name === arg);
        if (!found) throw new Error(`The generic field ${type}.${name} has no argument ${arg}.`);
        return [arg, { type: found.type, description: found.description }];
      }),
    );
  }

  private field(typeName: string, name: string): GraphQLField<unknown, unknown> {
    const type = this.schema.getType(typeName);
    const field = isObjectType(type) ? type.getFields()[name] : undefined;
    if (!field) throw new Error(`The generic schema has no field ${typeName}.${name}.`);
    return field;
  }
}
