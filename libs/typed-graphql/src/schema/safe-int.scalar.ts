import { GraphQLError, GraphQLScalarType, Kind, print } from 'graphql';

/** An integer beyond 32 bits. Literals and variables outside the exact range are refused, never rounded. */
export const SafeInt = new GraphQLScalarType<number, number>({
  name: 'SafeInt',
  description: 'An integer from -9007199254740991 to 9007199254740991, which is exact in JSON and in JavaScript.',
  serialize: (value) => value as number, // the values of typed fields were checked when they were read
  parseValue: safeInteger,
  parseLiteral: (node) => safeInteger(node.kind === Kind.INT ? Number(node.value) : print(node)),
});

function safeInteger(value: unknown): number {
  if (Number.isSafeInteger(value)) return value as number; // a safe integer is a number
  throw new GraphQLError(`must be an integer from ${Number.MIN_SAFE_INTEGER} to ${Number.MAX_SAFE_INTEGER}`);
}
