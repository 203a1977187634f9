import { HavenError } from '@haven/kernel';
import type { PassedLimit } from '@haven/kernel';

/** A document passes a limit: the sentence begins with what it is, the limit stands in `extensions` as well. */
export function limitPassed(what: string, limit: PassedLimit): HavenError {
  return new HavenError('GRAPHQL_LIMIT_EXCEEDED', `${what} passes the limit of ${limit.max} (${limit.name}).`, {
    limit,
  });
}
