import type { ErrorCode } from './error-codes.js';
import type { HavenRecord } from './record.js';

/** An invalid place in a request. */
export interface Violation {
  readonly code: string;
  readonly detail: string;
  /** JSON Pointer into the request. */
  readonly pointer: string;
}

/** The body of an error response (RFC 9457). */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly code: ErrorCode;
  readonly traceId: string;
  /** The current version, if a precondition failed. */
  readonly current?: number;
  /** Index of the failed operation in a batch, counted from 0. */
  readonly index?: number;
  readonly errors?: readonly Violation[];
  /** Further members, such as `uniqueIndex` and `holder` of `UNIQUE_VIOLATION`. */
  readonly [member: string]: unknown;
}

/** Haven refused a request, or could not execute it. */
export class HavenError extends Error {
  override readonly name: string = 'HavenError';
  /** States the reason. The codes are the same in REST and GraphQL; newer servers may have further ones. */
  readonly code: ErrorCode;
  readonly status: number;
  /** One entry for each invalid place in the request. */
  readonly errors: readonly Violation[];
  /** W3C trace id of the request, for its log lines. */
  readonly traceId: string;
  /** Seconds after which the server can execute the request, if it said so. */
  readonly retryAfter: number | undefined;
  readonly problem: Problem;

  constructor(problem: Problem, retryAfter?: number) {
    super(problem.detail);
    this.code = problem.code;
    this.status = problem.status;
    this.errors = problem.errors ?? [];
    this.traceId = problem.traceId;
    this.retryAfter = retryAfter;
    this.problem = problem;
  }
}

/** The record has another version than the change expects, because another client has changed it. */
export class ConflictError<Data = Record<string, unknown>> extends HavenError {
  override readonly name = 'ConflictError';
  /** The record as it is now; null if it does not exist, or if it cannot be read. */
  readonly current: HavenRecord<Data> | null;

  constructor(problem: Problem, current: HavenRecord<Data> | null) {
    super(problem);
    this.current = current;
  }
}

/** There was no response: the network failed, or `timeout` passed, in every attempt. `cause` is the last failure. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
}

/** Creates the error for a response that is not of Haven, such as the page of a proxy. */
export function unexpectedResponse({ status, url, headers }: Response, body?: unknown): HavenError {
  const detail = `The response with status ${status} is not one of Haven. Check the URL, and proxies in between.`;
  const problem = { type: 'about:blank', title: 'Unexpected response', status, detail, instance: url, traceId: '' };
  const retryAfter = parseRetryAfter(headers.get('retry-after'));
  return new HavenError({ ...problem, code: 'UNEXPECTED_RESPONSE', body }, retryAfter);
}

/** Reads `Retry-After`: seconds, or an HTTP date. Returns seconds. */
export function parseRetryAfter(header: string | null, now = Date.now()): number | undefined {
  if (header === null) return undefined;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - now) / 1_000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}
