import type { Caller, EventType } from '@haven/kernel';

import type { Attempt, DeliveryState } from './delivery.js';
import type { Webhook } from './webhook.js';

/** A part of the feed that is sent again: the changes after position `after`, up to and including position `until`. */
export interface FeedRange {
  readonly after: number;
  readonly until: number;
}

/** The stored state of an endpoint, from which its worker starts. */
export interface EndpointState {
  readonly webhook: Webhook;
  /** Fencing token: each claim raises it, and writes with an older one are rejected. */
  readonly epoch: string;
  /** Every change at or before this position was delivered or is in the log. */
  readonly position: number;
  /** Later positions whose messages are already in the log. */
  readonly logged: readonly number[];
  /** Keys of the undelivered messages in the log: record ids, or positions if the order of the webhook is `none`. */
  readonly blocked: readonly string[];
  readonly replay: FeedRange | null;
  readonly failingSince: Date | null;
  readonly pausedUntil: Date | null;
}

/** A row to insert into the log. */
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

/** The result of another attempt at a delivery that is in the log. */
export interface RetriedDeliveryRow {
  readonly seq: number;
  readonly state: DeliveryState;
  readonly attempt: Attempt;
  readonly failures: number;
  readonly dueAt: string | null;
}

/** Everything that happened to an endpoint since the previous batch. */
export interface DeliveryBatch {
  readonly position: number;
  readonly failingSince: Date | null;
  readonly pausedUntil: Date | null;
  readonly created: readonly NewDeliveryRow[];
  readonly retried: readonly RetriedDeliveryRow[];
  /**
   * Ids of records with a delivery that has ended (it was delivered or is dead), so that the next message of each
   * becomes due.
   */
  readonly unblocked: readonly string[];
  /** Whether the endpoint works again after several failures, so that all retries become due now. */
  readonly hasRecovered: boolean;
  /** The part of the feed that was read for a replay, and the messages in it. */
  readonly replayed?:
    { readonly from: number; readonly to: number; readonly rows: readonly NewDeliveryRow[] } | undefined;
}

/** State of the log after a batch was written. */
export interface BatchResult {
  /** The records in `unblocked` that still have undelivered messages in the log. */
  readonly blocked: ReadonlySet<string>;
  readonly replay: FeedRange | null;
}

/** A delivery in the log that is due. */
export interface DueDelivery {
  readonly seq: number;
  readonly recordId: string;
  readonly failures: number;
}

/** The delivery log, as used by the worker of an endpoint. An endpoint has only one worker at a time. */
export abstract class DeliveryLog {
  /** Claims the endpoint by starting a new epoch. Returns null if the webhook is not active. */
  abstract claim(caller: Caller, webhookId: string): Promise<EndpointState | null>;
  /**
   * Returns the deliveries that are due, in the order of their due times, except those at the positions `except`. With
   * the order `perRecord`, only the first undelivered message of a record is returned. Also returns the range to
   * replay.
   */
  abstract due(
    caller: Caller,
    webhook: Webhook,
    limit: number,
    except: readonly number[],
  ): Promise<{ due: DueDelivery[]; replay: FeedRange | null }>;
  /** Writes the batch in one transaction. Writes nothing and returns null if a newer epoch has started. */
  abstract append(caller: Caller, webhookId: string, epoch: string, batch: DeliveryBatch): Promise<BatchResult | null>;
}
