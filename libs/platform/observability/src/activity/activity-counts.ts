import { bucketOf } from './latency-buckets.js';

/** Counts of a minute, as they are stored: they are added by name. */
type CountsByName = Readonly<Record<string, number>>;

/** The kinds of requests that are counted apart. */
export type RequestApi = 'rest' | 'graphql' | 'streams';

/** The names under which the operation of a request is counted. */
export interface CountedOperation {
  /** Name for the tenant. */
  readonly name: string;
  /** Name for all tenants together, of which there are only a few. */
  readonly kind: string;
}

/** A request that has ended. */
export interface CountedRequest {
  readonly api: RequestApi;
  /** The HTTP status; undefined if the client disconnected before it was sent. */
  readonly status: number | undefined;
  readonly milliseconds: number;
  readonly operation: CountedOperation | undefined;
}

interface OperationCounts {
  readonly kind: string;
  calls: number;
  milliseconds: number;
}

/** Maximum number of operations that are counted by name; further ones are counted under their kind. */
const MAX_OPERATIONS = 200;

/** Prefixes of the names of counts. They are stored in the database, so they must not change. */
export const COUNT_PREFIXES = {
  api: 'api.',
  status: 'status.',
  latency: 'latency.',
  calls: 'calls.',
  time: 'time.',
  error: 'error.',
  lag: 'lag.',
  attempt: 'attempt.',
} as const;

/** Counts what happens for one tenant, until it is stored. */
export class ActivityCounts {
  private readonly counts = new Map<string, number>();
  private readonly latencies = new Map<number, number>();
  private readonly lags = new Map<number, number>();
  private readonly operations = new Map<string, OperationCounts>();

  addRequest({ api, status, milliseconds, operation }: CountedRequest): void {
    this.add(API_NAMES[api]);
    this.add(STATUS_NAMES[status === undefined ? 0 : Math.floor(status / 100)] ?? STATUS_NAMES[0]);
    if (api === 'streams') return;
    increment(this.latencies, bucketOf(milliseconds));
    if (operation) this.addOperation(operation, 1, milliseconds);
  }

  addError(code: string): void {
    this.add(`${COUNT_PREFIXES.error}${code}`);
  }

  /** Counts a change that entered the feed, with the time since it was written. */
  addLag(milliseconds: number): void {
    increment(this.lags, bucketOf(milliseconds));
  }

  /** Counts an attempt to send to a webhook. */
  addAttempt(result: string): void {
    this.add(`${COUNT_PREFIXES.attempt}${result}`);
  }

  /** Adds all counts of `other`; its operations by kind, if `byKind` is set. */
  addAll(other: ActivityCounts, { byKind }: { byKind: boolean }): void {
    for (const [name, count] of other.counts) this.add(name, count);
    for (const [bucket, count] of other.latencies) increment(this.latencies, bucket, count);
    for (const [bucket, count] of other.lags) increment(this.lags, bucket, count);
    for (const [name, { kind, calls, milliseconds }] of other.operations)
      this.addOperation({ name: byKind ? kind : name, kind }, calls, milliseconds);
  }

  byName(): CountsByName {
    const operations = [...this.operations].flatMap(([name, { calls, milliseconds }]) => [
      [`${COUNT_PREFIXES.calls}${name}`, calls] as const,
      [`${COUNT_PREFIXES.time}${name}`, Math.round(milliseconds * 1_000) / 1_000] as const,
    ]);
    const buckets = (prefix: string, counts: ReadonlyMap<number, number>) =>
      [...counts].map(([bucket, count]) => [`${prefix}${bucket}`, count] as const);
    return Object.fromEntries([
      ...this.counts,
      ...buckets(COUNT_PREFIXES.latency, this.latencies),
      ...buckets(COUNT_PREFIXES.lag, this.lags),
      ...operations,
    ]);
  }

  private add(name: string, count = 1): void {
    increment(this.counts, name, count);
  }

  private addOperation({ name, kind }: CountedOperation, calls: number, milliseconds: number): void {
    const known = this.operations.get(name);
    if (known) {
      known.calls += calls;
      known.milliseconds += milliseconds;
    } else if (name === kind || this.operations.size < MAX_OPERATIONS) {
      this.operations.set(name, { kind, calls, milliseconds });
    } else {
      this.addOperation({ name: kind, kind }, calls, milliseconds);
    }
  }
}

const API_NAMES: Readonly<Record<RequestApi, string>> = {
  rest: `${COUNT_PREFIXES.api}rest`,
  graphql: `${COUNT_PREFIXES.api}graphql`,
  streams: `${COUNT_PREFIXES.api}streams`,
};

/** Names by the first digit of the status; the first one is for requests without a status. */
const STATUS_NAMES = ['aborted', '1xx', '2xx', '3xx', '4xx', '5xx'].map(
  (name) => `${COUNT_PREFIXES.status}${name}`,
) as [string, ...string[]];

function increment<Key>(counts: Map<Key, number>, key: Key, count = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}
