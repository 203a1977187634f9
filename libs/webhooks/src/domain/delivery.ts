import type { EventType } from '@haven/kernel';

/**
 * `retrying`: the next attempt is at `dueAt`. `held`: an earlier change to the same record has to be delivered first.
 * `dead`: abandoned after the last attempt.
 */
export const DELIVERY_STATES = ['delivered', 'retrying', 'held', 'dead'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** One request, and its result. */
export interface Attempt {
  /** RFC 3339. */
  readonly at: string;
  /** Null if there was no response. */
  readonly status: number | null;
  readonly error: string | null;
  readonly durationMs: number;
  /** The beginning of the response body. */
  readonly excerpt: string | null;
}

/** A message in the delivery log of an endpoint, with its state. */
export class Delivery {
  /** Position in the tenant's feed. */
  seq!: number;
  /** Value of the header `webhook-id`: the same for all webhooks and in every attempt. */
  eventId!: string;
  collection!: string;
  recordId!: string;
  version!: number;
  type!: EventType;
  state!: DeliveryState;
  /** Oldest first. */
  attempts!: readonly Attempt[];
  /** Time of the next attempt. */
  dueAt!: Date | null;
  createdAt!: Date;
}
