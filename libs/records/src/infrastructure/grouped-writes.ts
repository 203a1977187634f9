import { collectionsLock } from '@haven/collections';
import { RolledBack } from '@haven/database';
import type { Statement, TextRow, UnitOfWork } from '@haven/database';
import { claimNewKeys, storeNewResponses } from '@haven/idempotency';
import type { NewResponse } from '@haven/idempotency';

import type { WrittenCollection } from '../domain/record-store.js';
import { appendStatement } from './append-statement.js';
import { CallGroups } from './call-groups.js';
import type { EventWrite } from './event-write.js';

/** A single change that is written in a transaction of its own, or in one with those of other callers. */
export interface SingleWrite extends EventWrite {
  readonly collection: WrittenCollection;
  /** Names of the collections to which new links lead. */
  readonly linked: readonly string[];
  /** The text that stands for the time of the event in the document. */
  readonly marker: string | undefined;
  /** The response to store with the change, if its request has an `Idempotency-Key`. */
  readonly response?: NewResponse;
}

/** Groups are small, so that no request waits long for the changes of others. */
export const GROUP_LIMITS = { items: 32, bytes: 256 * 1024, wait: 25, pause: 100 };

type SomeWrites = readonly [SingleWrite, ...SingleWrite[]];

/** The statements that make writes, and the position of the one that returns the written rows. */
interface WritePipeline {
  readonly statements: readonly Statement[];
  readonly position: number;
}

/**
 * Writes changes of single records, without waiting for locks. Changes to the same collection that arrive together are
 * written in one statement and committed at once. If that fails, for example because a row is locked or a value is not
 * unique, nothing of them was written, and each is written by itself.
 */
export class GroupedWrites {
  private readonly groups = new CallGroups<SingleWrite, TextRow | undefined>(GROUP_LIMITS, {
    alone: (write) => this.writeAlone(write),
    together: (writes) => this.writeTogether(writes),
  });

  constructor(private readonly uow: UnitOfWork) {}

  /** Returns the row that was written; undefined if nothing was, because the record or its collection has changed. */
  write(write: SingleWrite): Promise<TextRow | undefined> {
    const { event, document, response } = write;
    // Two requests with one key would both get its lock.
    const names = response ? [event.recordId, `key/${response.key}`] : [event.recordId];
    const bytes = (document?.text.length ?? 0) + (response?.bytes ?? 0);
    return this.groups.call(laneOf(write), names, write, bytes);
  }

  private async writeTogether(writes: SomeWrites): Promise<readonly (TextRow | undefined)[]> {
    const callers = writes.map(({ caller }) => caller);
    const { statements, position } = pipelineOf(writes);
    const rows = (await this.uow.writeTogether(callers, ...statements))[position] ?? [];
    // Either all changes are impossible, or one of them prevents the others: only each by itself shows which.
    if (rows.length === 0) throw new RolledBack();
    const written = new Map(rows.map((row) => [row[0], row]));
    return writes.map(({ event }) => written.get(event.recordId));
  }

  /** Outside an open transaction, the values of unique indexes are checked when the pipeline commits. */
  private async writeAlone(write: SingleWrite): Promise<TextRow | undefined> {
    const { statements, position } = pipelineOf([write]);
    return (await this.uow.write(write.caller, ...statements))[position]?.[0];
  }
}

function pipelineOf(writes: SomeWrites): WritePipeline {
  const [{ caller, collection, marker }] = writes;
  const names = [collection.name, ...writes.flatMap(({ linked }) => linked)];
  const lock = collectionsLock(caller, names, 'try');
  const append = appendStatement(collection, writes, marker);
  const keyed = writes.filter(hasResponse);
  if (keyed.length === 0) return { statements: [lock, append], position: 1 };
  const responses = keyed.map(({ response }) => response);
  const before = [lock, ...claimNewKeys(caller, responses)];
  const store = storeNewResponses(responses, writtenIn(collection, keyed));
  return { statements: [...before, append, store], position: before.length };
}

function hasResponse(write: SingleWrite): write is SingleWrite & { readonly response: NewResponse } {
  return write.response !== undefined;
}

/** Selects the times of the record of write number `n`, if the transaction has written it. */
function writtenIn({ id }: WrittenCollection, writes: readonly SingleWrite[]): { text: string; values: unknown[] } {
  return {
    text: `SELECT created_at, updated_at FROM haven.records
           WHERE tenant_id = haven.current_tenant() AND collection_id = $9 AND id = ($10::uuid[])[n]
             AND version = ($11::integer[])[n] AND xmin = pg_current_xact_id()::xid LIMIT 1`,
    values: [id, writes.map(({ event }) => event.recordId), writes.map(({ event }) => event.version)],
  };
}

/**
 * Returns the name of the changes that this one can be written with: to the same collection of the same tenant, with
 * the same settings, and by the same form of the statement. Returns undefined if it is written by itself.
 */
function laneOf({ caller, collection, entries, text, targets, marker }: SingleWrite): string | undefined {
  if (marker !== undefined) return undefined;
  const form = [typeof entries === 'string' ? entries : 'given', text, targets.length > 0 ? 'linked' : 'none'];
  return [caller.tenantId, collection.id, collection.revision, ...form].join('/');
}
