import { GraphQLError, GraphQLScalarType, Kind, print } from 'graphql';
import type { ValueNode } from 'graphql';

/** An integer beyond 32 bits. Literals and variables outside the exact range are refused, never rounded. */
export const SafeInt = new GraphQLScalarType<number, number>({
  name: 'SafeInt',
  description: 'An integer from -9007199254740991 to 9007199254740991, which is exact in JSON and in JavaScript.',
  serialize: (value) => value as number, // the values of typed fields were checked when they were read
  parseValue(value) {
    if (isSafeInteger(value)) return value;
    throw new GraphQLError(`must be ${RANGE}`); // after the name of the variable
  },
  parseLiteral,
});

const RANGE = `an integer from ${Number.MIN_SAFE_INTEGER} to ${Number.MAX_SAFE_INTEGER}`;

function parseLiteral(node: ValueNode): number {
  const value = node.kind === Kind.INT ? Number(node.value) : undefined;
  if (isSafeInteger(value)) return value;
  throw new GraphQLError(`SafeInt must be ${RANGE}; got ${print(node)}.`, { nodes: node });
}

function isSafeInteger(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
