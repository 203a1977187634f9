import type { Caller } from '@haven/kernel';

import type { Delivery, DeliveryState } from './delivery.js';

/** How a webhook is doing. */
export interface DeliveryProgress {
  /** Everything at or before it was sent, or stands in the log. */
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
 * The log of deliveries, as its owner reads it and asks for more of them. DeliveriesRepository are read and changed in the open
 * transaction; what concerns the webhook as a whole names its caller.
 */
export abstract class DeliveriesRepository {
  /** Makes room for a new webhook, which begins behind this position. */
  abstract createProgress(caller: Caller, webhookId: string, position: number): Promise<void>;
  /** The newest changes first, before the position `before`. */
  abstract list(
    webhookId: string,
    query: { state: DeliveryState | undefined; before: number | undefined; limit: number },
  ): Promise<Delivery[]>;
  abstract count(webhookId: string, state: DeliveryState | undefined): Promise<number>;
  abstract find(webhookId: string, eventId: string): Promise<Delivery | null>;
  abstract progress(caller: Caller, webhookId: string): Promise<DeliveryProgress>;
  /** What went wrong so far is not held against the receiver any more. */
  abstract resetFailures(caller: Caller, webhookId: string): Promise<void>;
  /** It is tried once more, at once. */
  abstract redeliver(webhookId: string, eventId: string): Promise<Delivery | null>;
  /** All dead are tried again; answers how many. */
  abstract redeliverDead(webhookId: string): Promise<number>;
  /** What lies behind `after`, through `until`, is sent again; a replay that goes on already is extended. */
  abstract replay(caller: Caller, webhookId: string, after: number, until: number): Promise<void>;
}
