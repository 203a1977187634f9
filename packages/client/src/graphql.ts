import { HavenError } from './error.js';
import type { Violation } from './error.js';

/** A response of GraphQL. */
export interface GraphqlResponse {
  data?: unknown;
  errors?: readonly GraphqlError[];
}

interface GraphqlError {
  message: string;
  path?: readonly (string | number)[];
  extensions?: {
    code?: string;
    status?: number;
    traceId?: string;
    errors?: readonly Violation[];
    [member: string]: unknown;
  };
}

/** Creates the error for the first error of a response. */
export function graphqlError(response: GraphqlResponse): HavenError | undefined {
  const [first] = response.errors ?? [];
  if (!first) return undefined;
  const { code = 'UNEXPECTED_RESPONSE', status = 200, traceId = '', ...others } = first.extensions ?? {};
  const { message: detail, path } = first;
  const instance = '/graphql';
  return new HavenError({
    type: 'about:blank',
    title: code,
    ...others,
    status,
    detail,
    instance,
    code,
    traceId,
    path,
    response,
  });
}

/** Whether a body is a response of GraphQL with errors. */
export function isGraphqlResponse(body: unknown): body is GraphqlResponse {
  return typeof body === 'object' && body !== null && 'errors' in body && Array.isArray(body.errors);
}
