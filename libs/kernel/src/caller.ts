import type { Access } from './access.js';
import type { Trace } from './trace.js';

/** The authenticated caller of a use case: its tenant, its name in the event log, and its permissions. */
export interface Caller {
  /** UUID of the tenant; row security restricts queries to this tenant's rows. */
  readonly tenantId: string;
  /** Name of the caller in the history: `key:…` for an API key, `token:…` with a token's subject, or `anonymous`. */
  readonly actor: string;
  /** W3C trace id of the request (32 hex digits), stored with every event it causes. */
  readonly traceId: string;
  /** Permissions of the caller; every use case checks them. */
  readonly access: Access;
  /**
   * Returns a signal for long-running work. It is aborted when `connection` is aborted or the caller is no longer
   * authorized; in the second case its reason is an error. Callers that were admitted without a key stay authorized.
   */
  abortSignal?(connection: AbortSignal): AbortSignal;
  /**
   * Charges the rate limits for work beyond the request itself. If a limit would be exceeded, charges nothing and
   * throws `RATE_LIMITED`. Absent if the rate limits do not apply to the caller.
   */
  consume?(cost: number): Promise<void>;
  /**
   * Charges the tenant's rate limit for time in milliseconds for which the request held a database connection, or the
   * process, for itself. Never fails: what exceeds the limit delays the tenant's next requests. Absent if the rate
   * limits do not apply to the caller.
   */
  chargeDatabaseTime?(milliseconds: number): void;
  /** The connection of the client that waits for the response; absent for work that no client waits for. */
  client?: ClientConnection;
  /** Whether the request is a stream, which uses the connections of `database.streamPoolSize`. */
  isStream?: boolean;
  /** The minimum log position that reads must reflect; absent if there are no read replicas. */
  consistency?: ReadConsistency;
  /** How the request uses the record cache; absent if no read may be served from it. */
  cache?: CacheUse;
  /** Records the work that is done for the request; absent for work outside a request. */
  trace?: Trace;
}

/** Reports when no client waits for the results of a request any longer. */
export interface ClientConnection {
  /** Whether the client disconnected, or the response is complete. */
  readonly isGone: boolean;
  /** Calls `listener` when `isGone` becomes true. Returns a function that removes the listener. */
  onGone(listener: () => void): () => void;
}

/**
 * The position in the database's log that the client has already seen: no read of the request may return older data.
 */
export interface ReadConsistency {
  /** Position in the log; advances with what this request reads and writes. */
  position: bigint;
  /** End of the primary's log when the primary last responded to a statement of this request. */
  primary: bigint;
  /** Whether all reads go to the primary, and every transaction of the request advances `position`. */
  pinned: boolean;
}

/** How a request uses the record cache. */
export interface CacheUse {
  /** Whether cached records may be served; false if the client requests the latest state or a log position. */
  readonly isAllowed: boolean;
  /** Age of the oldest cached record that was served, in milliseconds; undefined if none was. */
  oldest: number | undefined;
}

/**
 * Makes the primary serve all further reads of the request, and makes the response contain the primary's log position.
 * Needed for a response with version numbers that a replica may not have replayed yet.
 */
export function pinToPrimary({ consistency }: Caller): void {
  if (consistency) consistency.pinned = true;
}

/** Returns the caller for work that must not end with the request, such as work for other callers too. */
export function withoutClient(caller: Caller): Caller {
  const { client: _, ...others } = caller;
  return others;
}
