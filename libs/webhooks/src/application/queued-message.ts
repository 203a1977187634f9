import type { ChangeView, NumberedChange } from '@haven/changes';
import type { Caller, EventType } from '@haven/kernel';

import type { Attempt, DeliveryState } from '../domain/delivery.js';
import type { NewDeliveryRow } from '../domain/delivery-log.js';
import type { QueueItem } from '../domain/delivery-queue.js';
import type { DeliveryOrder } from '../domain/webhook.js';
import { eventIdOf } from './message.js';

/** A change queued for an endpoint. */
export interface QueuedMessage extends QueueItem {
  readonly change: ChangeView;
  readonly eventId: string;
}

/** Creates the message for a change. `failures` is null if the change is not in the delivery log. */
export function toQueuedMessage(
  caller: Caller,
  { seq, change }: NumberedChange,
  order: DeliveryOrder,
  failures: number | null = null,
): QueuedMessage {
  const key = order === 'perRecord' ? (change.recordId ?? '') : String(seq);
  return { seq, change, failures, key, eventId: eventIdOf(caller, change) };
}

/** Creates the row with which a message enters the delivery log. */
export function toDeliveryRow(
  { seq, change, eventId }: QueuedMessage,
  state: DeliveryState,
  outcome: { attempts?: readonly Attempt[]; failures?: number; dueAt?: string | null } = {},
): NewDeliveryRow {
  const { collection, recordId, version, type } = change;
  return {
    seq,
    eventId,
    collection: collection ?? '',
    recordId: recordId ?? '',
    version: version ?? 0,
    type: type as EventType, // the only other type is `ready`, which the feed does not contain
    state,
    attempts: outcome.attempts ?? [],
    failures: outcome.failures ?? 0,
    dueAt: outcome.dueAt ?? null,
  };
}
