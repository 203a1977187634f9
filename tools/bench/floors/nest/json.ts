import { GraphQLScalarType, Kind } from 'graphql';
import type { ValueNode } from 'graphql';

const parse = { parseValue: (value: unknown) => value, parseLiteral: valueOf };

/** Any JSON value. */
export const JsonScalar = new GraphQLScalarType<unknown, unknown>({ name: 'JSON', ...parse });

/** A JSON object. */
export const JsonObjectScalar = new GraphQLScalarType<unknown, unknown>({ name: 'JSONObject', ...parse });

function valueOf(node: ValueNode): unknown {
  switch (node.kind) {
    case Kind.OBJECT:
      return Object.fromEntries(node.fields.map(({ name, value }) => [name.value, valueOf(value)]));
    case Kind.LIST:
      return node.values.map(valueOf);
    case Kind.INT:
    case Kind.FLOAT:
      return Number(node.value);
    case Kind.STRING:
    case Kind.BOOLEAN:
      return node.value;
    default:
      return null;
  }
}
