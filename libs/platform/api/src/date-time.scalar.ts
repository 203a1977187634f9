import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';

/** A timestamp in the format of both APIs: RFC 3339, UTC, milliseconds. */
export const DateTime = new GraphQLScalarType<string, string>({
  name: 'DateTime',
  description: 'A timestamp: RFC 3339, UTC, milliseconds (`2026-11-23T09:30:00.000Z`).',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339',
  serialize: String,
  parseValue: textOf,
  parseLiteral: (node) => textOf(node.kind === Kind.STRING ? node.value : undefined),
});

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new GraphQLError('must be a string with an RFC 3339 date-time');
}
