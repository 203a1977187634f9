import { catalogue } from '@haven/kernel';
import type { ErrorDetail, HavenError, ReferencingRecords } from '@haven/kernel';

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
  uniqueIndex?: string;
  holder?: string;
  references?: ReferencingRecords;
  'violated-policies'?: string[];
  errors?: ErrorDetail[];
}

/** The members of a request that its problem document contains. */
export interface ProblemRequest {
  /** The URL as Haven received it. */
  readonly url: string;
  /** The path that a reverse proxy removed from the URL. */
  readonly publicPrefix: string;
  readonly traceId: string;
}

/** Converts an error to a problem document, for the resource at the URL of the request. */
export function toProblem(error: HavenError, { url, publicPrefix, traceId }: ProblemRequest): Problem {
  const { errors, current, index, uniqueIndex, holder, references, violatedPolicies } = error.extras;
  return {
    type: problemType(error.code, publicPrefix),
    title: error.title,
    status: error.status,
    detail: error.detail,
    instance: publicPrefix + (url.split('?', 1)[0] ?? ''),
    code: error.code,
    traceId,
    ...(current !== undefined && { current }),
    ...(index !== undefined && { index }),
    ...(uniqueIndex !== undefined && { uniqueIndex }),
    ...(holder !== undefined && { holder }),
    ...(references && { references }),
    ...(violatedPolicies && { 'violated-policies': violatedPolicies }),
    ...(errors && { errors }),
  };
}

/**
 * Returns the `type` of a problem: a registered one, or a relative URL that Haven serves, so that it always resolves.
 */
function problemType(code: keyof typeof catalogue, publicPrefix: string): string {
  const { type } = catalogue[code];
  return type ?? `${publicPrefix}/docs/errors#${code.toLowerCase().replaceAll('_', '-')}`;
}
