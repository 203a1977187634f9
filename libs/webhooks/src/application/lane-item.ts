import type { ChangeView, NumberedChange } from '@haven/changes';
import type { Caller, EventType } from '@haven/kernel';

import type { Attempt, DeliveryState } from '../domain/delivery.js';
import type { FreshRow } from '../domain/lane-log.js';
import type { Item } from '../domain/line-up.js';
import type { Order } from '../domain/webhook.js';
import { eventIdOf } from './message.js';

/** A change on a lane. */
export interface LaneItem extends Item {
  readonly change: ChangeView;
  readonly eventId: string;
}

/** `failures` is null for a change that is not in the log. */
export function itemOf(
  caller: Caller,
  { seq, change }: NumberedChange,
  order: Order,
  failures: number | null = null,
): LaneItem {
  const key = order === 'perRecord' ? (change.recordId ?? '') : String(seq);
  return { seq, change, failures, key, eventId: eventIdOf(caller, change) };
}

/** A change as it comes into the log. */
export function rowOf(
  { seq, change, eventId }: LaneItem,
  state: DeliveryState,
  outcome: { attempts?: readonly Attempt[]; failures?: number; dueAt?: string | null } = {},
): FreshRow {
  const { collection, recordId, version, type } = change;
  return {
    seq,
    eventId,
    collection: collection ?? '',
    recordId: recordId ?? '',
    version: version ?? 0,
    type: type as EventType, // `ready` is no change of a record
    state,
    attempts: outcome.attempts ?? [],
    failures: outcome.failures ?? 0,
    dueAt: outcome.dueAt ?? null,
  };
}
