import { HavenError } from './error.js';
import type { Violation } from './error.js';

/** A response of GraphQL with at least one error. */
interface GraphqlFailure {
  data?: unknown;
  errors: readonly [GraphqlError, ...GraphqlError[]];
}

interface GraphqlError {
  message: string;
  path?: readonly (string | number)[];
  extensions: { code: string; status?: number; traceId?: string; errors?: readonly Violation[] };
}

/** Creates the error for the first error of a response. Its problem has the response, with the data of other fields. */
export function graphqlError(response: GraphqlFailure): HavenError {
  const { message: detail, path, extensions } = response.errors[0];
  const { code, status = 200, traceId = '', ...others } = extensions;
  const problem = { type: 'about:blank', title: code, ...others, status, detail, instance: '/graphql', code, traceId };
  return new HavenError({ ...problem, path, response });
}

/** Whether a body is a response of GraphQL with errors. The errors of REST have no `extensions`. */
export function isGraphqlFailure(body: unknown): body is GraphqlFailure {
  const errors = typeof body === 'object' && body !== null && 'errors' in body ? body.errors : undefined;
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  return typeof first === 'object' && first !== null && 'extensions' in first;
}
