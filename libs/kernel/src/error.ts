import { catalogue } from './catalogue.js';
import type { ErrorCode } from './catalogue.js';
import { detailSentence } from './detail-sentence.js';

/** One invalid value in the request. `pointer` is a JSON Pointer (RFC 6901) into the request's body or argument. */
export interface ErrorDetail {
  code: string;
  detail: string;
  pointer: string;
}

/** A configured limit that a GraphQL document exceeds; `value` is the requested amount, if known. */
export interface PassedLimit {
  name: string;
  max: number;
  value?: number;
}

/** The records that refer to a record which was to be deleted. */
export interface ReferencingRecords {
  /** Number of these records, in all collections. */
  readonly count: number;
  /** The first of those that the caller may read. */
  readonly samples: readonly { readonly collection: string; readonly id: string; readonly path: string }[];
}

/**
 * Optional details of an error besides its code and message. `current` is the current version, if a precondition
 * failed; `index` is the position, counted from 0, of the failed operation among several that are executed together.
 * `uniqueIndex` is the path of a unique index, and `holder` the id of the record that holds the value.
 * `references` are the records that refer to a record which was to be deleted.
 */
export interface ErrorExtras {
  errors?: ErrorDetail[];
  /** The part of a query that is malformed or exceeds a limit; the pointers of `errors` lead into it. Not published. */
  queryPart?: 'filter' | 'sort';
  limit?: PassedLimit;
  current?: number;
  index?: number;
  uniqueIndex?: string;
  holder?: string;
  references?: ReferencingRecords;
  retryAfter?: number;
  /** Names of the rate limits that were exceeded. */
  violatedPolicies?: string[];
  headers?: Record<string, string>;
  cause?: unknown;
}

/** The only error that Haven throws deliberately: a code of the catalogue and a message for the caller. */
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

const HOW_TO_CREATE =
  'Create it with createCollection (REST: POST to the list of collections), or check its name in that list.';

/**
 * Returns a `NOT_FOUND` error: `notFound('record', id)`. The message does not reveal whether the resource exists in
 * another tenant.
 */
export function notFound(kind: string, id: string): HavenError {
  const hint = kind === 'collection' ? ` ${HOW_TO_CREATE}` : '';
  return new HavenError('NOT_FOUND', `There is no ${kind} ${JSON.stringify(id)}.${hint}`);
}

/**
 * Returns an error for one invalid value in the request: `invalid('FILTER_INVALID', '/year/_gt', 'must be a number')`.
 * The value becomes the subject of a `detail` that has none.
 */
export function invalid(code: ErrorCode, pointer: string, detail: string): HavenError {
  const text = detailSentence(pointer, detail);
  return new HavenError(code, pointer === '' ? text : `${pointer}: ${text}`, {
    errors: [{ code, detail: text, pointer }],
  });
}

/** Returns an error for an exceeded limit of the configuration: `limitExceeded('limits.pageSize', 500, '/limit')`. */
export function limitExceeded(name: string, limit: number, pointer: string): HavenError {
  return invalid('LIMIT_EXCEEDED', pointer, `exceeds the limit of ${limit} (${name})`);
}
