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
export class Delivery {
  /** Its place in the tenant's feed. */
  seq!: number;
  /** The same for all webhooks, and in each attempt: `webhook-id`. */
  eventId!: string;
  collection!: string;
  recordId!: string;
  version!: number;
  type!: EventType;
  state!: DeliveryState;
  /** The oldest first. */
  attempts!: readonly Attempt[];
  /** When it is tried next. */
  dueAt!: Date | null;
  createdAt!: Date;
}
