import type { Caller } from '@haven/kernel';

/** The tenant that an overview covers, or all tenants. */
export type StatsScope = { readonly tenant: string; readonly among?: ReadonlySet<string> | undefined } | 'all';

/** Counts of a minute by name, as `ActivityCounts` forms the names. */
export interface StoredMinute {
  readonly minute: Date;
  readonly counts: Readonly<Record<string, number>>;
}

/** The size of a collection. */
export interface CollectionSize {
  readonly tenant: string;
  readonly name: string;
  readonly records: number;
  readonly bytes: number;
}

/** The sizes of collections, in total and one by one. */
export interface StoredSizes {
  /** The clock of the database. */
  readonly now: Date;
  readonly collections: number;
  readonly records: number;
  readonly bytes: number;
  /** The largest collections, the largest first. */
  readonly largest: readonly CollectionSize[];
}

/** The state of the webhooks. */
export interface WebhookState {
  readonly active: number;
  readonly disabled: number;
  readonly lag: number;
  readonly pending: number;
  readonly dead: number;
  readonly oldestPending: Date | null;
}

/** Activity of the last hour, and the backlogs at its end. */
export interface StoredActivity {
  /** The clock of the database. */
  readonly now: Date;
  /** Minutes in which something happened, of the last 60, including the one that is still running. */
  readonly minutes: readonly StoredMinute[];
  /** Number of changes that wait to enter the feed, up to the size of one round of the sequencer. */
  readonly waiting: number;
  readonly webhooks: WebhookState;
}

/** Reads what the overview shows from the database. */
export abstract class StatsReader {
  /** Reads the sizes. With `among`, only of collections with these names. Null if the tenant does not exist. */
  abstract sizes(caller: Caller, scope: StatsScope): Promise<StoredSizes | null>;

  abstract activity(caller: Caller, scope: StatsScope): Promise<StoredActivity>;
}
