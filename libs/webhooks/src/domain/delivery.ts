import type { EventType } from '@haven/kernel';

/** `held` waits for an earlier change of its record; `retrying` is tried (again) when it is due. */
export const DELIVERY_STATES = ['delivered', 'retrying', 'held', 'dead'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** One request that was made, and what came of it. */
export interface Attempt {
  /** RFC 3339. */
  readonly at: string;
  /** Null: there was no answer. */
  readonly status: number | null;
  readonly error: string | null;
  readonly durationMs: number;
  /** The beginning of the answer's body. */
  readonly excerpt: string | null;
}

/** A change on its way to a webhook, or that was. */
export interface Delivery {
  /** Its place in the tenant's feed. */
  readonly seq: number;
  /** The same for all webhooks, and in each attempt: `webhook-id`. */
  readonly eventId: string;
  readonly collection: string;
  readonly recordId: string;
  readonly version: number;
  readonly type: EventType;
  readonly state: DeliveryState;
  /** The oldest first. */
  readonly attempts: readonly Attempt[];
  /** When it is tried next. */
  readonly dueAt: Date | null;
  readonly createdAt: Date;
}
