import type { Caller, EventType } from '@haven/kernel';

import type { Attempt, DeliveryState } from './delivery.js';
import type { Webhook } from './webhook.js';

/** A part of the feed that is to be sent again: what follows `after`, through `until`. */
export interface FeedRange {
  readonly after: number;
  readonly until: number;
}

/** A webhook as its lane finds it. */
export interface EndpointState {
  readonly webhook: Webhook;
  /** What is written for an older one is refused. */
  readonly epoch: string;
  /** Everything at or before it was sent, or stands in the log. */
  readonly position: number;
  /** What stands in the log behind that. */
  readonly logged: readonly number[];
  /** Records, or single changes where order does not matter, with undelivered changes in the log. */
  readonly blocked: readonly string[];
  readonly replay: FeedRange | null;
  readonly failingSince: Date | null;
  readonly pausedUntil: Date | null;
}

/** A change that comes into the log. */
export interface NewDeliveryRow {
  readonly seq: number;
  readonly eventId: string;
  readonly collection: string;
  readonly recordId: string;
  readonly version: number;
  readonly type: EventType;
  readonly state: DeliveryState;
  readonly attempts: readonly Attempt[];
  readonly failures: number;
  readonly dueAt: string | null;
}

/** What became of one more attempt at a change in the log. */
export interface RetriedDeliveryRow {
  readonly seq: number;
  readonly state: DeliveryState;
  readonly attempt: Attempt;
  readonly failures: number;
  readonly dueAt: string | null;
}

/** What has happened since the last entry. */
export interface DeliveryBatch {
  readonly position: number;
  readonly failingSince: Date | null;
  readonly pausedUntil: Date | null;
  readonly created: readonly NewDeliveryRow[];
  readonly retried: readonly RetriedDeliveryRow[];
  /** Records whose next change in the log may be sent. */
  readonly unblocked: readonly string[];
  /** Whether everything that waits for its time is due at once: the receiver is back. */
  readonly hasRecovered: boolean;
  /** The part of the feed that was looked at for a replay, and what of it is to be sent. */
  readonly replayed?:
    { readonly from: number; readonly to: number; readonly rows: readonly NewDeliveryRow[] } | undefined;
}

/** What is so after an entry. */
export interface BatchResult {
  /** Of the released records, those with more undelivered changes in the log. */
  readonly blocked: ReadonlySet<string>;
  readonly replay: FeedRange | null;
}

/** A change in the log whose time has come. */
export interface DueDelivery {
  readonly seq: number;
  readonly recordId: string;
  readonly failures: number;
}

/** The log of deliveries, as the one lane that works on a webhook writes it. */
export abstract class DeliveryLog {
  /** Begins a new epoch; null if the webhook is not to be worked on. */
  abstract claim(caller: Caller, webhookId: string): Promise<EndpointState | null>;
  /** What is due, the earliest first (in order of records, only what is first of its record), and what is to be sent again. */
  abstract due(
    caller: Caller,
    webhook: Webhook,
    limit: number,
    but: readonly number[],
  ): Promise<{ due: DueDelivery[]; replay: FeedRange | null }>;
  /** Writes all of it or nothing; null when somebody has begun a newer epoch. */
  abstract append(caller: Caller, webhookId: string, epoch: string, batch: DeliveryBatch): Promise<BatchResult | null>;
}
