import { isTombstoneType } from '@haven/kernel';
import type { EventType } from '@haven/kernel';

/** The metadata of an event, and whether the event has a document. */
export interface CheckedEvent {
  readonly version: number;
  readonly type: EventType;
  readonly hasDocument: boolean;
  /** RFC 3339, UTC, milliseconds. */
  readonly createdAt: string;
  readonly at: string;
}

/** Checks that a record's events, oldest first, form a sequence that Haven could have written. */
export class EventSequenceChecker {
  private last: CheckedEvent | undefined;
  /**
   * The first version whose document is missing. Reset by a `record.erased` event, which explains all missing documents
   * before it.
   */
  private emptied: number | undefined;

  /** Returns what is wrong with the next event, or null. `pruned` says whether versions before it may be missing. */
  next(event: CheckedEvent, pruned: boolean): string | null {
    const wrong = this.last ? follows(this.last, event) : begins(event, pruned);
    this.last = event;
    if (event.type === 'record.erased') this.emptied = undefined;
    else if (isEmptied(event)) this.emptied ??= event.version;
    return wrong ?? documentAfter(event);
  }

  /**
   * Returns the first version whose document is missing although no erasure explains it, or null. Call it after the
   * last event.
   */
  missing(): number | null {
    return this.emptied ?? null;
  }
}

function begins({ version, type, createdAt, at }: CheckedEvent, pruned: boolean): string | null {
  if (version > 1) return pruned ? null : `the event of version ${version - 1} is missing`;
  if (version < 1) return 'its version is below 1';
  if (type !== 'record.created') return `its first event is ${type}, not record.created`;
  return createdAt > at ? 'its createdAt is after the time of the event' : null;
}

function follows(last: CheckedEvent, { version, type, createdAt, at }: CheckedEvent): string | null {
  if (version !== last.version + 1) return `the event of version ${last.version + 1} is missing`;
  if (at < last.at) return 'its time is before that of the previous version';
  if (type === 'record.created') {
    if (!isTombstoneType(last.type)) return 'record.created, but the record already exists';
    return createdAt > at ? 'its createdAt is after the time of the event' : null;
  }
  if (createdAt !== last.createdAt) return 'its createdAt differs from that of the previous version';
  const needsRecord = type === 'record.updated' || type === 'record.deleted';
  return needsRecord && isTombstoneType(last.type) ? `${type}, but the record does not exist` : null;
}

function documentAfter(event: CheckedEvent): string | null {
  return isTombstoneType(event.type) && event.hasDocument ? `${event.type}, but it has a document` : null;
}

function isEmptied(event: CheckedEvent): boolean {
  return !event.hasDocument && !isTombstoneType(event.type);
}
