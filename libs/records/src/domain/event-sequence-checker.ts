import { isTombstoneType } from '@haven/kernel';
import type { EventType } from '@haven/kernel';

/** What an event says, besides its document. */
export interface LinedEvent {
  readonly version: number;
  readonly type: EventType;
  readonly hasDocument: boolean;
  /** RFC 3339, UTC, milliseconds. */
  readonly createdAt: string;
  readonly at: string;
}

/** Checks that a record's events, oldest first, can have followed each other as Haven writes them. */
export class EventSequenceChecker {
  private last: LinedEvent | undefined;
  /** The first version whose document is gone, until an erasure says why. */
  private emptied: number | undefined;

  /** What is wrong with the next event; null if nothing is. `pruned`: versions before it may be gone. */
  next(event: LinedEvent, pruned: boolean): string | null {
    const wrong = this.last ? follows(this.last, event) : begins(event, pruned);
    this.last = event;
    if (event.type === 'record.erased') this.emptied = undefined;
    else if (isEmptied(event)) this.emptied ??= event.version;
    return wrong ?? documentAfter(event);
  }

  /** After the last event, the version whose document is missing without an erasure; null if there is none. */
  missing(): number | null {
    return this.emptied ?? null;
  }
}

function begins({ version, type, createdAt, at }: LinedEvent, pruned: boolean): string | null {
  if (version > 1) return pruned ? null : `version ${version - 1} is missing from its events`;
  if (version < 1) return 'versions begin at 1';
  if (type !== 'record.created') return `its first event is ${type}`;
  return createdAt > at ? 'it was changed before it was made' : null;
}

function follows(last: LinedEvent, { version, type, createdAt, at }: LinedEvent): string | null {
  if (version !== last.version + 1) return `version ${last.version + 1} is missing from its events`;
  if (at < last.at) return 'its time is before that of the version before';
  if (type === 'record.created') {
    if (!isTombstoneType(last.type)) return 'it was made although it lived';
    return createdAt > at ? 'it was changed before it was made' : null;
  }
  if (createdAt !== last.createdAt) return 'its time of creation is not that of the version before';
  const needsLife = type === 'record.updated' || type === 'record.deleted';
  return needsLife && isTombstoneType(last.type) ? `${type} although it did not live` : null;
}

function documentAfter(event: LinedEvent): string | null {
  return isTombstoneType(event.type) && event.hasDocument ? `${event.type}, and yet it has a document` : null;
}

function isEmptied(event: LinedEvent): boolean {
  return !event.hasDocument && !isTombstoneType(event.type);
}
