import type { Caller, KeysetRange } from '@haven/kernel';

import type { Delivery, DeliveryState } from './delivery.js';

/** Position of a webhook in the feed, and its undelivered messages. */
export interface DeliveryProgress {
  /** Every change at or before this position was delivered or is in the delivery log. */
  readonly position: number;
  readonly lag: number;
  readonly pending: number;
  readonly dead: number;
  readonly oldestPendingAt: Date | null;
  readonly failingSince: Date | null;
  readonly pausedUntil: Date | null;
  readonly replaying: boolean;
}

/**
 * The delivery log and the progress of webhooks, as the API reads and changes them. The caller must have opened a
 * transaction, which all methods use. Only methods that access the progress of a webhook need the `caller`.
 */
export abstract class DeliveriesRepository {
  /** Stores the initial progress of a new webhook. Its first message is the first matching change after `position`. */
  abstract createProgress(caller: Caller, webhookId: string, position: number): Promise<void>;
  /** Returns a range of the deliveries, in descending order of position. */
  abstract list(webhookId: string, state: DeliveryState | undefined, range: KeysetRange<number>): Promise<Delivery[]>;
  abstract count(webhookId: string, state: DeliveryState | undefined): Promise<number>;
  abstract find(webhookId: string, eventId: string): Promise<Delivery | null>;
  abstract progress(caller: Caller, webhookId: string): Promise<DeliveryProgress>;
  /** Clears `failingSince` and `pausedUntil`. */
  abstract resetFailures(caller: Caller, webhookId: string): Promise<void>;
  /** Makes the delivery due now, with a full schedule of retries. Returns null if there is no such delivery. */
  abstract redeliver(webhookId: string, eventId: string): Promise<Delivery | null>;
  /** Makes all dead deliveries due now, and returns their number. */
  abstract redeliverDead(webhookId: string): Promise<number>;
  /**
   * Requests that the changes after position `after`, up to and including position `until`, are sent again. If a replay
   * is in progress, extends its range.
   */
  abstract replay(caller: Caller, webhookId: string, after: number, until: number): Promise<void>;
}
