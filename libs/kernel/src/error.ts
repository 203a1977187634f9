import { catalogue } from './catalogue.js';
import type { ErrorCode } from './catalogue.js';

/** One place in the request that is wrong. `pointer` is a JSON Pointer (RFC 6901) into the request's body or argument. */
export interface ErrorDetail {
  code: string;
  detail: string;
  pointer: string;
}

/** A limit of the config that a GraphQL document passes; `value` is what was asked for, where that is known. */
export interface PassedLimit {
  name: string;
  max: number;
  value?: number;
}

/**
 * What an error may carry besides its code and sentence. `current` is the version that stands, when a precondition failed;
 * `index` is the operation that failed, counted from 0, among several that happen together.
 */
export interface ErrorExtras {
  errors?: ErrorDetail[];
  limit?: PassedLimit;
  current?: number;
  index?: number;
  retryAfter?: number;
  /** The rate limits that do not allow it. */
  violatedPolicies?: string[];
  headers?: Record<string, string>;
  cause?: unknown;
}

/** The only error Haven throws on purpose: a code of the catalogue and a sentence for the caller. */
export class HavenError extends Error {
  override readonly name = 'HavenError';

  constructor(
    readonly code: ErrorCode,
    readonly detail: string,
    readonly extras: ErrorExtras = {},
  ) {
    super(detail, { cause: extras.cause });
  }

  get status(): number {
    return catalogue[this.code].status;
  }

  get title(): string {
    return catalogue[this.code].title;
  }
}

/** `notFound('record', id)`: no such thing, or none this tenant may see. */
export function notFound(kind: string, id: string): HavenError {
  return new HavenError('NOT_FOUND', `No ${kind} ${JSON.stringify(id)}.`);
}

/** One wrong place in the request: `invalid('FILTER_INVALID', '/year/_gt', 'must be a number or a string')`. */
export function invalid(code: ErrorCode, pointer: string, detail: string): HavenError {
  return new HavenError(code, pointer === '' ? sentence(detail) : `${pointer}: ${sentence(detail)}`, {
    errors: [{ code, detail: sentence(detail), pointer }],
  });
}

/** A limit of the config was passed: `limit('limits.pageSize', 500, '/limit')`. */
export function limitExceeded(name: string, limit: number, pointer: string): HavenError {
  return invalid('LIMIT_EXCEEDED', pointer, `passes the limit of ${limit} (${name})`);
}

/** `type` is that of the problem, where it is not Haven's own. */
function sentence(text: string): string {
  return text.endsWith('.') ? text : `${text}.`;
}
