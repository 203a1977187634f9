import { GraphQLError } from 'graphql';
import type { GraphQLFormattedError } from 'graphql';

import { graphqlErrorOf } from '@haven/api';
import type { HavenConfig } from '@haven/config';
import { ClientGone, HavenError, toHavenError } from '@haven/kernel';
import type { Log } from '@haven/observability';

import { graphqlLimitExceeded } from './graphql-limit.js';

/** Formats errors for GraphQL responses, with the catalogue's `code` and `status` in `extensions`. */
export function errorFormatter(
  log: Log,
  config: HavenConfig,
): (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError {
  return ({ message, locations, path, extensions }, error) => {
    const haven = havenErrorIn(error, extensions?.['code']) ?? fromGraphql(message, extensions, config);
    const traceId = typeof extensions?.['traceId'] === 'string' ? extensions['traceId'] : '';
    if (haven.status >= 500 && !(haven instanceof ClientGone))
      log.failure(haven, { traceId, spanId: spanIdIn(extensions) });
    return { ...graphqlErrorOf(haven, traceId), ...(locations && { locations }), ...(path && { path }) };
  };
}

/** Returns the span id, which the extensions contain only for the log. It is not sent to the client. */
function spanIdIn(extensions: GraphQLFormattedError['extensions']): string | undefined {
  const spanId = extensions?.['spanId'];
  return typeof spanId === 'string' ? spanId : undefined;
}

/** Returns the error that a resolver or scalar threw. graphql-js wraps it, sometimes twice. */
function havenErrorIn(error: unknown, code: unknown): HavenError | undefined {
  let cause: unknown = error;
  while (cause instanceof GraphQLError) cause = cause.originalError;
  if (cause === undefined) return undefined;
  if (code === 'GRAPHQL_PARSE_FAILED' && cause instanceof RangeError) return NESTED_TOO_DEEPLY;
  return cause instanceof Error ? toHavenError(cause) : undefined;
}

/** The error for a document that the parser, which recurses, cannot parse because the stack overflows. */
export const NESTED_TOO_DEEPLY = new HavenError(
  'MALFORMED_GRAPHQL',
  'The document is nested too deeply to be parsed; send nested values as variables.',
);

/**
 * Patterns for texts from graphql-js: the message that a document has too many tokens, the message that a variable
 * makes an argument invalid, which is only found when the field is executed, and the part of a message that suggests
 * names similar to an unknown one.
 */
const TOO_MANY_TOKENS = /Document contains more tha[nt] \d+ tokens/;
const INVALID_ARGUMENT = /^Argument "[^"]*" (?:has invalid value|of (?:required|non-null) type)/;
const SUGGESTION = / ?Did you mean [^?]*\?/g;

/**
 * Converts an error from graphql-js or Apollo, such as invalid syntax, a violated rule or a variable of the wrong type.
 * If introspection is off, removes suggestions, which would reveal names of the schema.
 */
function fromGraphql(
  message: string,
  extensions: GraphQLFormattedError['extensions'],
  { limits, graphql }: HavenConfig,
): HavenError {
  if (extensions?.['code'] === 'INTERNAL_SERVER_ERROR' && !INVALID_ARGUMENT.test(message))
    return new HavenError('INTERNAL', 'An unexpected error occurred; nothing was changed.');
  if (TOO_MANY_TOKENS.test(message))
    return graphqlLimitExceeded("The document's number of tokens", {
      name: 'limits.graphqlTokens',
      max: limits.graphqlTokens,
    });
  return new HavenError('MALFORMED_GRAPHQL', graphql.introspection ? message : message.replace(SUGGESTION, ''));
}
