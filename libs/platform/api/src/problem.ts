import { catalogue } from '@haven/kernel';
import type { ErrorDetail, HavenError } from '@haven/kernel';

/** An error in REST: `application/problem+json` (RFC 9457) with Haven's `code`, `traceId` and `errors`. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance: string;
  code: string;
  traceId: string;
  current?: number;
  index?: number;
  'violated-policies'?: string[];
  errors?: ErrorDetail[];
}

/** Converts an error to a problem document, for the resource at `instance`. */
export function toProblem(error: HavenError, instance: string, traceId: string): Problem {
  const { errors, current, index, violatedPolicies } = error.extras;
  return {
    type: problemType(error.code),
    title: error.title,
    status: error.status,
    detail: error.detail,
    instance,
    code: error.code,
    traceId,
    ...(current !== undefined && { current }),
    ...(index !== undefined && { index }),
    ...(violatedPolicies && { 'violated-policies': violatedPolicies }),
    ...(errors && { errors }),
  };
}

/**
 * Returns the `type` of a problem: a registered one, or a relative URL that Haven serves, so that it always resolves.
 */
function problemType(code: keyof typeof catalogue): string {
  const { type } = catalogue[code];
  return type ?? `/docs/errors#${code.toLowerCase().replaceAll('_', '-')}`;
}
