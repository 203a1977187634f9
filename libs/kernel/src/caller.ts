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
  ended?(connection: AbortSignal): AbortSignal;
  /**
   * Pays for what is asked beyond the request itself; fails with `RATE_LIMITED`, and takes nothing, when there is not so much
   * left. Absent where nobody counts.
   */
  charge?(cost: number): Promise<void>;
  /** What the client has been shown; absent where nothing is answered that may be of an earlier moment. */
  sight?: Sight;
  /** Hears what is done for the request; absent where it is no request. */
  trace?: Trace;
}

/** What the caller is answered is to be the primary's, and he is told where its log was: another process may remember it as it was before. */
export function tellPosition({ sight }: Caller): void {
  if (sight) sight.isKept = sight.fromPrimary = true;
}

/** How far in the database's log a client has been shown: it is never shown less again. */
export interface Sight {
  /** Goes up with what this request reads and writes. */
  position: bigint;
  /** Where the log ended when the primary last told this request. */
  primary: bigint;
  /** Whether the primary is asked where its log ends, behind each transaction of the request: set where a later answer may depend on it. */
  isKept: boolean;
  /** Whether the client has said what it was shown. */
  readonly isTold: boolean;
  /** Whether no replica is asked: one can show a commit before the primary does. */
  fromPrimary: boolean;
  /** Knows something whose place in the log is not known, so that only the primary will do. */
  readonly latest: boolean;
}
