import type { Access } from './access.js';
import type { Trace } from './trace.js';

/** Who is calling: the tenant whose data may be touched, and the name the event log remembers. */
export interface Caller {
  /** UUID of the tenant; row security admits this tenant's rows alone. */
  readonly tenantId: string;
  /** Who acts, as history shows it: `key:…` of an API key, `token:…` with a token's subject, or `anonymous`. */
  readonly actor: string;
  /** W3C trace id of the request (32 hex digits), kept with every event it causes. */
  readonly traceId: string;
  /** What it may do: every use case asks. */
  readonly access: Access;
  /**
   * For what goes on for long: aborted with the connection, or with an error as its reason when the caller may no longer act.
   * Whoever was let in without a key may always.
   */
  abortSignal?(connection: AbortSignal): AbortSignal;
  /**
   * Pays for what is asked beyond the request itself; fails with `RATE_LIMITED`, and takes nothing, when there is not so much
   * left. Absent where nobody counts.
   */
  consume?(cost: number): Promise<void>;
  /** What reads must show at least; absent where there are no read replicas. */
  consistency?: ReadConsistency;
  /** Whether a read may be served from the record cache; absent where none may. */
  cache?: CacheUse;
  /** Hears what is done for the request; absent where it is no request. */
  trace?: Trace;
}

/** What the client has been shown of the database's log: no read of the request shows less. */
export interface ReadConsistency {
  /** Position in the log; advances with what this request reads and writes. */
  position: bigint;
  /** End of the primary's log when the primary last responded to this request. */
  primary: bigint;
  /** Whether only the primary is read, and every transaction of the request advances `position`. */
  pinned: boolean;
}

/** How a request uses the record cache. */
export interface CacheUse {
  /** Whether cached records may be served: the client asks neither for the latest state nor for a position of the log. */
  readonly isAllowed: boolean;
  /** Age of the oldest cached record that was served, in milliseconds; undefined if none was. */
  oldest: number | undefined;
}

/** Reads the primary from here on, and reports its position: for responses that name versions a replica may not have yet. */
export function pinToPrimary({ consistency }: Caller): void {
  if (consistency) consistency.pinned = true;
}
