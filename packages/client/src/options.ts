import type { SearchWhere } from './filter.js';
import type { ExpandPath, Path, SortField } from './paths.js';
import type { DataOf } from './schema.js';

/** Options of `createClient`. */
export interface ClientOptions {
  /** Address of Haven, such as `https://haven.example.com`; a path in it is kept, for Haven behind a proxy. */
  url: string;
  /**
   * An API key or a JSON Web Token, sent as `Authorization: Bearer`. A function is called before every request, so it
   * can renew a token. Without it, requests are sent without authorization.
   */
  key?: string | (() => string | Promise<string>);
  /** Replaces the global `fetch`. */
  fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /** Headers that every request has, such as a `traceparent`. */
  headers?: Record<string, string>;
  /** Milliseconds after which an attempt without a response is given up; 30,000 by default, 0 for no limit. */
  timeout?: number;
  /** How failed requests are repeated; `false` sends each request once. */
  retry?: RetryOptions | false;
}

/**
 * How requests are repeated: without a response, and after 429, 502, 503 and 504 and 409 `IDEMPOTENCY_IN_FLIGHT`. A
 * mutation is repeated with the same `Idempotency-Key`, so it is executed once.
 */
export interface RetryOptions {
  /** Attempts after the first one; 5 by default. */
  retries?: number;
  /** Milliseconds before the first repetition; 200 by default. Doubles each time, and a random part is left out. */
  minDelay?: number;
  /** Longest delay in milliseconds; 10,000 by default. A longer `Retry-After` ends the repetitions. */
  maxDelay?: number;
}

/** Options of every request. */
export interface RequestOptions {
  /** Cancels the request and its repetitions; the promise is rejected with the reason of the signal. */
  signal?: AbortSignal;
  /** Milliseconds after which an attempt is given up, in place of the client's `timeout`. */
  timeout?: number;
}

/** Options of every change. */
export interface ChangeOptions<IsDryRun extends boolean = boolean> extends RequestOptions {
  /** Executes the change and rolls it back. The result has the member `dryRun`, which lists what would change. */
  dryRun?: IsDryRun;
  /**
   * Identifies the change, so that it is executed once even if the program is restarted and sends it again. By default
   * every call has a key of its own, which its repetitions share.
   */
  idempotencyKey?: string;
}

/** Options of a change of a record that exists. */
export interface VersionedChangeOptions<IsDryRun extends boolean = boolean> extends ChangeOptions<IsDryRun> {
  /**
   * The change fails with a `ConflictError` unless the record has this version. By default it is the version of the
   * record that was passed, and any version if only an id was passed; `'any'` ignores the version of a record.
   */
  ifVersion?: number | 'any';
}

/** Options of `create`. */
export interface CreateOptions<IsDryRun extends boolean = boolean> extends ChangeOptions<IsDryRun> {
  /** UUID of the new record. By default the server generates one. */
  id?: string;
}

/** Options of `replace` and `upsertBy`. */
export interface ReplaceOptions<IsDryRun extends boolean = boolean> extends VersionedChangeOptions<IsDryRun> {
  /** Creates the record, and fails with a `ConflictError` if it exists. */
  ifAbsent?: boolean;
}

/** Options of reads of one record. */
export interface ReadOptions<
  Schema,
  Name extends keyof Schema,
  Paths extends string,
  Fields extends string,
> extends RequestOptions {
  /** References whose targets are added as `expanded`. */
  expand?: (ExpandPath<Schema, Name> & Paths) | readonly (ExpandPath<Schema, Name> & Paths)[];
  /** Members of `data` to read. Default: all. */
  fields?: (Path<DataOf<Schema, Name>> & Fields) | readonly (Path<DataOf<Schema, Name>> & Fields)[];
}

/** Options of `get`. */
export interface GetOptions<
  Schema,
  Name extends keyof Schema,
  Paths extends string,
  Fields extends string,
> extends ReadOptions<Schema, Name, Paths, Fields> {
  /** Reads the record as it was at this RFC 3339 time or cursor of the change feed. */
  asOf?: string;
}

/** Options of `list`. */
export interface ListOptions<
  Schema,
  Name extends keyof Schema,
  Paths extends string = never,
  Fields extends string = never,
> extends GetOptions<Schema, Name, Paths, Fields> {
  /** Conditions that the records must match. Default: all records. */
  where?: SearchWhere<DataOf<Schema, Name>>;
  /**
   * Members to sort by; `-` for descending order. Default: the newest records first. `$score`, alone, sorts by how well
   * the records match `_search`.
   */
  orderBy?: '$score' | SortField<DataOf<Schema, Name>> | readonly SortField<DataOf<Schema, Name>>[];
  /** Records per page, at most 500; 20 by default. */
  limit?: number;
  /** Starts after this cursor. */
  after?: string;
  /** Ends before this cursor. */
  before?: string;
  /** Adds `total` to the pages: an exact count, or a cheap estimate. */
  count?: 'exact' | 'estimated';
}
