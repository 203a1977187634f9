import type { CollectionSnapshot } from '@haven/collections';
import { HavenError, isJsonObject, Precondition, withPointerPrefix } from '@haven/kernel';
import type { JsonObject, JsonValue } from '@haven/kernel';

import { jsonPatch } from '../domain/patch/json-patch.js';
import type { PatchLimits } from '../domain/patch/json-patch.js';
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
import { document } from './record-input.js';

/**
 * From the record as it is (null: there is none), the rules of its collection and the earlier version that was asked for, what
 * is to happen; throws what forbids it.
 */
export type Decision = (current: CurrentRecord | null, rules: CollectionSnapshot, earlier?: RecordEvent) => RecordEvent;

/** Names one record. */
export interface RecordAddress {
  collection: string;
  id: string;
}

/** One of several changes that happen together or not at all. */
export interface Change extends RecordAddress {
  decide: Decision;
  /** The earlier version it is decided by as well. */
  earlier?: number | undefined;
}

/** What a change has left. */
export interface WriteResult {
  stored: StoredRecord;
  event: RecordEvent;
}

/** Makes a record; `ALREADY_EXISTS` if its id lives and no precondition has said so before. */
export function creation(id: string, data: JsonValue | undefined, precondition = Precondition.none): Decision {
  return (current) => {
    precondition.check(current?.lives ? current.version : null);
    if (current?.lives) {
      throw new HavenError('ALREADY_EXISTS', `There is a record ${id} already.`, { current: current.version });
    }
    return createdEvent(id, current, document(data));
  };
}

/** Replaces a record's data, or makes the record. */
export function replacement(id: string, data: JsonValue | undefined, precondition: Precondition): Decision {
  return (current, rules) => {
    requirePrecondition(current, rules, precondition);
    return replacedEvent(id, current, document(data), precondition);
  };
}

/** Merges into a record's data (RFC 7396); the patch is read only where there is a record. */
export function merging(id: string, patch: () => JsonObject, precondition: Precondition): Decision {
  return revision(id, precondition, (data) => mergePatch(data, patch()));
}

/** Applies a JSON Patch (RFC 6902) to the record as it is read; the operations lie at `place` in the request. */
export function patching(
  id: string,
  operations: JsonValue,
  limits: PatchLimits,
  precondition: Precondition,
  place = '',
): Decision {
  return revision(id, precondition, (data) => {
    const patched = withPointerPrefix(place, () => jsonPatch({ data }, operations, limits));
    return document(isJsonObject(patched) ? patched['data'] : undefined);
  });
}

/** Deletes a record. */
export function deletion(id: string, precondition: Precondition): Decision {
  return (current, rules) => {
    requirePrecondition(current, rules, precondition);
    return removedEvent(id, current, precondition);
  };
}

/** Ends a record whose payload is removed with it. */
export function erasure(id: string, precondition: Precondition): Decision {
  return (current, rules) => {
    requirePrecondition(current, rules, precondition);
    return erasedEvent(id, current, precondition);
  };
}

/** Makes an earlier version of a record its newest. */
export function restoration(id: string, precondition: Precondition): Decision {
  return (current, rules, earlier) => {
    requirePrecondition(current, rules, precondition);
    return restoredEvent(id, current, earlier, precondition);
  };
}

function revision(id: string, precondition: Precondition, change: (data: JsonObject) => JsonObject): Decision {
  return (current, rules) => {
    requirePrecondition(current, rules, precondition);
    return revisedEvent(id, current, precondition, change);
  };
}

/** In a collection that requires it, whoever changes what lives says which version is meant. */
function requirePrecondition(
  current: CurrentRecord | null,
  { requirePrecondition }: CollectionSnapshot,
  precondition: Precondition,
): void {
  if (current?.lives && requirePrecondition) precondition.require();
}
