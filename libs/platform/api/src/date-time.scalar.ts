import { GraphQLScalarType } from 'graphql';

/** An instant as both doors write it: RFC 3339, UTC, milliseconds. */
export const DateTime = new GraphQLScalarType<string, string>({
  name: 'DateTime',
  description: 'An instant: RFC 3339, UTC, milliseconds (`2026-11-23T09:30:00.000Z`).',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339',
  serialize: String,
  parseValue: String,
});
