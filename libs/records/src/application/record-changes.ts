import type { CollectionSnapshot } from '@haven/collections';
import { HavenError, isJsonObject, Precondition, withPointerPrefix } from '@haven/kernel';
import type { JsonObject, JsonValue } from '@haven/kernel';

import { jsonPatch } from '../domain/patch/json-patch.js';
import type { PatchLimits } from '../domain/patch/json-patch.js';
import type { PatchBudget } from '../domain/patch/patch-budget.js';
import { mergePatch } from '../domain/patch/merge-patch.js';
import type { RecordEvent } from '../domain/record-event.js';
import {
  createdEvent,
  erasedEvent,
  removedEvent,
  replacedEvent,
  restoredEvent,
  revisedEvent,
} from '../domain/stored-record.js';
import type { CurrentRecord, StoredRecord } from '../domain/stored-record.js';
import { eventTime, withDefaults } from './default-values.js';
import { document } from './record-input.js';

/** Input of a decision in addition to the record and its collection. */
export interface DecisionContext {
  /** Limits the work of the patches that are decided on together. */
  budget: PatchBudget;
  /** The event of the earlier version to restore, if any. */
  earlier?: RecordEvent | undefined;
  /** The actor of the event. */
  actor: string;
  /** The time of the transaction that writes the event; undefined if it is not known yet, or not needed. */
  now?: string | undefined;
}

/**
 * Function that decides on a change. It returns the event to write, based on the current record (null if there is none)
 * and the settings of its collection. It throws if the change is not allowed.
 */
export type Decision = (
  current: CurrentRecord | null,
  collection: CollectionSnapshot,
  context: DecisionContext,
) => RecordEvent;

/** Identifies a record. */
export interface RecordAddress {
  collection: string;
  id: string;
}

/** One of several changes that are applied atomically. */
export interface Change extends RecordAddress {
  decide: Decision;
  /** Whether the change deletes the record, so that no link to it may be added in the meantime. */
  deletes?: boolean | undefined;
  /** Number of the earlier version to restore. The event of this version is passed to `decide`. */
  earlier?: number | undefined;
}

/** The result of a change. */
export interface WriteResult {
  stored: StoredRecord;
  event: RecordEvent;
}

/**
 * Returns the `Decision` for a change that creates a record. It throws `ALREADY_EXISTS` if a record with the id exists,
 * unless the precondition fails first.
 */
export function creation(id: string, data: JsonValue | undefined, precondition = Precondition.none): Decision {
  return (current, collection, context) => {
    precondition.check(current?.lives ? current.version : null);
    if (current?.lives) {
      throw new HavenError('ALREADY_EXISTS', `A record with the id ${id} already exists.`, {
        current: current.version,
      });
    }
    const { data: complete, ...timed } = defaulted(document(data), current, collection, context);
    return { ...createdEvent(id, current, complete), ...timed };
  };
}

/** Returns the `Decision` for a change that replaces a record's data, or creates the record. */
export function replacement(id: string, data: JsonValue | undefined, precondition: Precondition): Decision {
  return (current, collection, context) => {
    requirePrecondition(current, collection, precondition);
    const { data: complete, ...timed } = defaulted(document(data), current, collection, context);
    return { ...replacedEvent(id, current, complete, precondition), ...timed };
  };
}

/**
 * Returns the `Decision` for a change that applies a JSON Merge Patch (RFC 7396) to a record's data. `patch` returns
 * the patch or throws; it is called only if the record exists.
 */
export function merging(id: string, patch: () => JsonObject, precondition: Precondition): Decision {
  return revision(id, precondition, (data) => mergePatch(data, patch()));
}

/**
 * Returns the `Decision` for a change that applies a JSON Patch (RFC 6902) to the record's representation `{data}`.
 * `pointer` is the JSON Pointer to the operations in the request.
 */
export function patching(
  id: string,
  operations: JsonValue,
  limits: PatchLimits,
  precondition: Precondition,
  pointer = '',
): Decision {
  return revision(id, precondition, (data, { budget }) => {
    const patched = withPointerPrefix(pointer, () => jsonPatch({ data }, operations, limits, budget));
    return document(isJsonObject(patched) ? patched['data'] : undefined);
  });
}

/** Returns the `Decision` for a change that deletes a record. */
export function deletion(id: string, precondition: Precondition): Decision {
  return (current, collection) => {
    requirePrecondition(current, collection, precondition);
    return removedEvent(id, current, precondition);
  };
}

/**
 * Returns the `Decision` for a change that erases a record. The caller must also remove the payload from all its
 * versions.
 */
export function erasure(id: string, precondition: Precondition): Decision {
  return (current, collection) => {
    requirePrecondition(current, collection, precondition);
    return erasedEvent(id, current, precondition);
  };
}

/** Returns the `Decision` for a change that restores an earlier version of a record as a new version. */
export function restoration(id: string, precondition: Precondition): Decision {
  return (current, collection, { earlier }) => {
    requirePrecondition(current, collection, precondition);
    return restoredEvent(id, current, earlier, precondition);
  };
}

function revision(
  id: string,
  precondition: Precondition,
  change: (data: JsonObject, context: DecisionContext) => JsonObject,
): Decision {
  return (current, collection, context) => {
    requirePrecondition(current, collection, precondition);
    return revisedEvent(id, current, precondition, (data) => change(data, context));
  };
}

/**
 * Adds the defaults of the collection to a document, and the time of the event, if it is known. Otherwise, `times` has
 * the members that are to get it.
 */
function defaulted(
  data: JsonObject,
  current: CurrentRecord | null,
  collection: CollectionSnapshot,
  { actor, now }: DecisionContext,
): Pick<RecordEvent, 'times' | 'generated'> & { data: JsonObject } {
  const at = now && eventTime(now, current);
  const { data: complete, times, unrepeatable } = withDefaults(data, collection, { principal: actor, now: at });
  if (unrepeatable.length === 0) return { data: complete };
  return { data: complete, generated: unrepeatable, ...(at === undefined && times.length > 0 && { times }) };
}

/**
 * Throws `PRECONDITION_REQUIRED` if the collection requires a precondition for changes to existing records and none is
 * given.
 */
function requirePrecondition(
  current: CurrentRecord | null,
  { requirePrecondition }: CollectionSnapshot,
  precondition: Precondition,
): void {
  if (current?.lives && requirePrecondition) precondition.require();
}
