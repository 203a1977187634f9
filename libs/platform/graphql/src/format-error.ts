import { GraphQLError } from 'graphql';
import type { GraphQLFormattedError } from 'graphql';

import { graphqlErrorOf } from '@haven/api';
import type { HavenConfig } from '@haven/config';
import { HavenError, toHavenError } from '@haven/kernel';
import type { Log } from '@haven/observability';

import { limitPassed } from './graphql-limit.js';

/** Errors as GraphQL writes them: the catalogue's `code` and `status` in `extensions`, as REST has them in its problem. */
export function errorFormatter(
  log: Log,
  config: HavenConfig,
): (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError {
  return ({ message, locations, path, extensions }, error) => {
    const haven = havenErrorIn(error) ?? fromGraphql(message, extensions, config);
    const traceId = typeof extensions?.['traceId'] === 'string' ? extensions['traceId'] : '';
    if (haven.status >= 500) log.failure(haven, { traceId, spanId: spanIdIn(extensions) });
    return { ...graphqlErrorOf(haven, traceId), ...(locations && { locations }), ...(path && { path }) };
  };
}

/** Put there for the log alone: the answer has extensions of its own. */
function spanIdIn(extensions: GraphQLFormattedError['extensions']): string | undefined {
  const spanId = extensions?.['spanId'];
  return typeof spanId === 'string' ? spanId : undefined;
}

/** Resolvers and scalars throw ours; graphql-js wraps them, sometimes twice. */
function havenErrorIn(error: unknown): HavenError | undefined {
  let cause: unknown = error;
  while (cause instanceof GraphQLError) cause = cause.originalError;
  if (cause === undefined) return undefined;
  return cause instanceof Error ? toHavenError(cause) : undefined;
}

/** GraphQL's own words: of a document with too many tokens, and where it names what is like an unknown name. */
const TOO_MANY_TOKENS = /Document contains more tha[nt] \d+ tokens/;
const SUGGESTION = / ?Did you mean [^?]*\?/g;

/** What GraphQL itself refuses: syntax, validation, variables that do not fit. Without introspection names are not told here either. */
function fromGraphql(
  message: string,
  extensions: GraphQLFormattedError['extensions'],
  { limits, graphql }: HavenConfig,
): HavenError {
  if (extensions?.['code'] === 'INTERNAL_SERVER_ERROR')
    return new HavenError('INTERNAL', 'Haven failed; nothing was changed.');
  if (TOO_MANY_TOKENS.test(message))
    return limitPassed("The document's number of tokens", { name: 'limits.graphqlTokens', max: limits.graphqlTokens });
  return new HavenError('MALFORMED_GRAPHQL', graphql.introspection ? message : message.replace(SUGGESTION, ''));
}
