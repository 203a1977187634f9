import { Injectable } from '@nestjs/common';

import { CollectionCache, isBeingBuilt } from '@haven/collections';
import type { CollectionSnapshot } from '@haven/collections';
import { HavenConfig } from '@haven/config';
import { UnitOfWork } from '@haven/database';
import { IdempotencyStore, SingleWrites } from '@haven/idempotency';
import { checkJson, EventLoopTurn, HavenError, limitExceeded, notFound, sqlState } from '@haven/kernel';
import type { Caller, JsonObject } from '@haven/kernel';

import { DuplicateValues } from '../domain/duplicate-values.js';
import type { ValueConflict } from '../domain/duplicate-values.js';
import { PatchBudget } from '../domain/patch/patch-budget.js';
import type { RecordEvent } from '../domain/record-event.js';
import { requireFewKeys } from '../domain/index-limits.js';
import { RecordReader } from '../domain/record-reader.js';
import { RecordStore } from '../domain/record-store.js';
import type { CurrentRecord } from '../domain/stored-record.js';
import { ChangeFailures } from './change-failures.js';
import { RecordCache } from './record-cache.js';
import { PendingChanges } from './pending-changes.js';
import { ChangeSet } from './change-set.js';
import { DeletionEffects } from './deletion-effects.js';
import { LinkChecker } from './link-checker.js';
import type { EventErrorRewriter } from './link-checker.js';
import { uniqueViolation } from './unique-index.js';
import type { Change, Decision, DecisionContext, RecordAddress, WriteResult } from './record-changes.js';

/** Rewrites the error of one change among several. */
export type ErrorRewriter = (index: number, error: HavenError) => HavenError;

/**
 * Writes records. A single change is first tried optimistically, that is, without holding locks between reading and
 * writing. If that fails, or if there are several changes, the collections and rows are locked before they are read.
 */
@Injectable()
export class RecordWriter {
  constructor(
    private readonly collections: CollectionCache,
    private readonly store: RecordStore,
    private readonly reader: RecordReader,
    private readonly uow: UnitOfWork,
    private readonly responses: IdempotencyStore,
    private readonly singleWrites: SingleWrites,
    private readonly cache: RecordCache,
    private readonly links: LinkChecker,
    private readonly effects: DeletionEffects,
    private readonly config: HavenConfig,
  ) {}

  /**
   * Writes the event that `decide` returns. `decide` may be called twice, so it must not have side effects. If the kind
   * is `creates`, the record is not read first, because it is expected not to exist.
   */
  async change(
    caller: Caller,
    address: RecordAddress,
    decide: Decision,
    kind?: 'creates' | 'deletes',
  ): Promise<WriteResult> {
    return (
      (await this.tryOptimistic(caller, address, decide, kind)) ??
      this.writeLocked(caller, { ...address, decide, deletes: kind === 'deletes' })
    );
  }

  /**
   * Makes a change after locking the collection and the row. Its errors are final, because nothing can change while
   * they are locked.
   */
  async writeLocked(caller: Caller, change: Change): Promise<WriteResult> {
    const [result] = await this.changeAll(caller, [change]);
    if (!result) throw new Error('A change was written without a result.');
    return result;
  }

  /**
   * Makes all changes or none; each change sees the effects of the changes before it. Collections and rows are always
   * locked in the same order to avoid deadlocks. The number of SQL statements depends on the number of collections, not
   * on the number of changes.
   */
  changeAll(
    caller: Caller,
    changes: readonly Change[],
    rewrite: ErrorRewriter = (_, error) => error,
  ): Promise<WriteResult[]> {
    this.singleWrites.requireTransaction();
    return this.uow.run(caller, async () => {
      const all = new ChangeSet(caller, this.collections, this.store);
      const locked = await this.lock(all, changes);
      const bytes = new ByteBudget(this.config.limits.batchBytes);
      const events = await this.decideAll(locked, changes, rewrite, bytes);
      await this.keepReferences(all, bytes, (event, error) => rewrite(events.indexOf(event), error));
      // An effect of a deletion was not requested; its error is that of the first change.
      const indexOf = (event: RecordEvent) => Math.max(0, events.indexOf(event));
      const results = await this.write(all, (event, error) => rewrite(indexOf(event), error));
      return events.flatMap((event) => results.get(event) ?? []);
    });
  }

  /**
   * Tries a change without locking anything first, based on the cached settings of the collection and the current
   * record. The SQL statement that writes verifies that neither has changed. Returns null if either has changed or if a
   * lock is not free; the caller then uses `writeLocked`. Also returns null instead of refusing the change: the cached
   * settings may be outdated, so only `writeLocked` may refuse it. While an index is being built, returns null too: the
   * statement would not see the entries of a row for whose lock it waits, because its snapshot is older.
   */
  private async tryOptimistic(
    caller: Caller,
    { collection, id }: RecordAddress,
    decide: Decision,
    kind?: 'creates' | 'deletes',
  ): Promise<WriteResult | null> {
    const snapshot = await this.collections.getCached(caller, collection);
    if (snapshot.indexes.some(({ ready }) => !ready)) return null;
    if (kind === 'deletes' && snapshot.referrers.length > 0) return null; // the referrers have to be found
    // The statement would not see, and not remove, an entry that a background job has added since it began.
    if (kind !== 'creates' && isBeingBuilt(snapshot)) return null;
    const current = kind === 'creates' ? null : await this.reader.current(caller, snapshot.id, id);
    const context = { budget: this.patchBudget(), actor: caller.actor };
    const decided = await unlessRefused(async () => {
      const event = this.decided(decide, current, snapshot, context);
      return {
        event,
        links: snapshot.references.length > 0 ? await this.links.linksOf(caller, snapshot, event) : undefined,
      };
    });
    if (!decided) return null;
    const { event, links } = decided;
    const stored = await this.store.appendOptimistic(caller, snapshot, event, links).catch((error: unknown) => {
      const [conflict] = error instanceof DuplicateValues ? error.conflicts : [];
      throw conflict ? violationOf(caller, snapshot, conflict) : error;
    });
    return stored ? { stored, event } : null;
  }

  /**
   * Removes a record's payload from everywhere it is stored, including caches. If it has been removed already, writes
   * no further event.
   */
  erase(caller: Caller, { collection, id }: RecordAddress, decide: Decision): Promise<void> {
    this.singleWrites.requireTransaction();
    return this.uow.run(caller, async () => {
      const all = new ChangeSet(caller, this.collections, this.store);
      const pending = await all.lock(collection);
      const { collection: snapshot } = pending;
      await pending.lock([id], 'delete');
      const current = pending.current(id);
      const event = decide(current, snapshot, { budget: this.patchBudget(), actor: caller.actor });
      const [emptied] = await Promise.all([this.store.emptyVersions(snapshot.id, id), this.responses.erase(id)]);
      const isEmpty = emptied === 0 && !current?.lives;
      if (!isEmpty) {
        pending.add(event);
        await this.keepReferences(all, new ByteBudget(this.config.limits.batchBytes), (_, error) => error);
        await this.write(all, (_, error) => error);
      }
      if (!snapshot.mayBeCached) return;
      const entry = { collectionId: snapshot.id, recordId: id, version: isEmpty ? event.version - 1 : event.version };
      this.uow.afterCommit(() => this.cache.erased(caller.tenantId, entry));
    });
  }

  /**
   * Locks the collections of the changes, ordered by name, and then the affected rows. If a collection does not exist,
   * its error is only returned here, and is thrown when the first change to that collection is decided: an earlier
   * change in the list may fail first, with another error.
   */
  private async lock(all: ChangeSet, changes: readonly Change[]): Promise<Map<string, PendingChanges | HavenError>> {
    const byCollection = Map.groupBy(changes, ({ collection }) => collection);
    const names = [...byCollection.keys()].toSorted();
    const found = await Promise.all(names.map((name) => orHavenError(all.lock(name))));
    const locked = found.map(async (pending, index): Promise<[string, PendingChanges | HavenError]> => {
      const name = names[index] ?? '';
      if (pending instanceof PendingChanges) await pending.lockFor(byCollection.get(name) ?? []);
      return [name, pending];
    });
    return new Map(await Promise.all(locked));
  }

  /**
   * Adds to the changes what their deletions cause by references, and checks the links that they add. A link to a
   * record that is deleted by the same changes is refused, and one to a record that they create is allowed.
   */
  private async keepReferences(all: ChangeSet, bytes: ByteBudget, rewrite: EventErrorRewriter): Promise<void> {
    const check = (collection: CollectionSnapshot, event: RecordEvent) => {
      if (event.data) this.checkDocument(collection, event.data);
      bytes.take(event);
    };
    await this.effects.add(all, { check, rewrite });
    await this.links.check(all, rewrite, this.failures());
  }

  /** Writes the events of all changes, with one statement for each collection. */
  private async write(all: ChangeSet, rewrite: EventErrorRewriter): Promise<Map<RecordEvent, WriteResult>> {
    const written = await Promise.allSettled(
      all.all().map((pending) => refusingDuplicates(all.caller, pending, rewrite, this.failures())),
    );
    const failed = written.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
    // When the statements of one collection fail, those of the others fail only because the transaction is aborted.
    if (failed.length > 0) throw failed.find((reason) => !isAbortedTransaction(reason)) ?? failed[0];
    return new Map(written.flatMap((one) => (one.status === 'fulfilled' ? [...one.value] : [])));
  }

  /**
   * Decides on the changes in their order. Other requests run between two changes if the changes take long. All patches
   * share one budget; a retry of the unit of work starts with a new one.
   */
  private async decideAll(
    locked: ReadonlyMap<string, PendingChanges | HavenError>,
    changes: readonly Change[],
    rewrite: ErrorRewriter,
    bytes: ByteBudget,
  ): Promise<RecordEvent[]> {
    const context = { budget: this.patchBudget(), actor: this.uow.current().caller.actor };
    const turn = new EventLoopTurn();
    const events: RecordEvent[] = [];
    const failures = this.failures();
    for (const [index, change] of changes.entries()) {
      if (turn.isLong) await turn.pause();
      try {
        const event = this.decideNext(locked.get(change.collection), change, context);
        if (changes.length > 1) bytes.take(event); // the size of one document is limited anyway
        events.push(event);
      } catch (error) {
        if (!(error instanceof HavenError)) throw error;
        failures.add(rewrite(index, error));
      }
    }
    failures.throwAll();
    return events;
  }

  private decideNext(
    pending: PendingChanges | HavenError | undefined,
    change: Change,
    context: DecisionContext,
  ): RecordEvent {
    if (!(pending instanceof PendingChanges)) throw pending ?? notFound('collection', change.collection);
    const [current, earlier] = pending.before(change);
    const event = this.decided(change.decide, current, pending.collection, { ...context, earlier, now: pending.now });
    pending.add(event);
    return event;
  }

  private decided(
    decide: Decision,
    current: CurrentRecord | null,
    collection: CollectionSnapshot,
    context: DecisionContext,
  ): RecordEvent {
    const event = decide(current, collection, context);
    if (event.data) this.checkDocument(collection, event.data);
    return event;
  }

  /** Returns a collector for the errors of several changes, of which a dry run reports all. */
  failures(): ChangeFailures {
    return new ChangeFailures(this.uow.isRehearsal);
  }

  private patchBudget(): PatchBudget {
    return new PatchBudget(this.config.limits.patchCost);
  }

  /**
   * Checks a document before it is written: it must be JSON that can be stored exactly, must not exceed the limits (the
   * result of a patch can), must satisfy the schema, and must not have too many keys in an index.
   */
  private checkDocument({ schema, indexes }: CollectionSnapshot, data: JsonObject): void {
    const { jsonDepth: depth, jsonKeys: keys, jsonValues: values } = this.config.limits;
    const { bodyBytes, importLineBytes, keysPerRecord } = this.config.limits;
    checkJson(data, { depth, keys, values, bytes: Math.max(bodyBytes, importLineBytes) }, '/data');
    schema?.validate(data);
    requireFewKeys(indexes, data, keysPerRecord);
  }
}

/**
 * Limits the total size of the documents that several changes write. Limiting the request is not enough: a patch of a
 * few bytes can produce a large document, and a deletion can change many.
 */
class ByteBudget {
  private used = 0;

  constructor(private readonly bytes: number) {}

  take({ data }: RecordEvent): void {
    if (!data) return;
    this.used += JSON.stringify(data).length;
    if (this.used > this.bytes) throw limitExceeded('limits.batchBytes', this.bytes, '');
  }
}

/**
 * Writes the changes of one collection. If another record holds a value of theirs, throws the error of the last change
 * of the record.
 */
async function refusingDuplicates(
  caller: Caller,
  pending: PendingChanges,
  rewrite: EventErrorRewriter,
  failures: ChangeFailures,
): Promise<Map<RecordEvent, WriteResult>> {
  try {
    return await pending.write();
  } catch (error) {
    if (!(error instanceof DuplicateValues)) throw error;
    for (const conflict of error.conflicts) {
      const event = pending.lastEventOf(conflict.recordId);
      const violation = violationOf(caller, pending.collection, conflict);
      failures.add(event ? rewrite(event, violation) : violation);
    }
    failures.throwAll();
    throw new HavenError('UNIQUE_VIOLATION', 'Another record has a value that must be unique.');
  }
}

/** Whether a statement failed because an earlier one in its transaction had failed (`in_failed_sql_transaction`). */
function isAbortedTransaction(error: unknown): boolean {
  return sqlState(error) === '25P02';
}

function violationOf({ access }: Caller, { name, indexes }: CollectionSnapshot, conflict: ValueConflict): HavenError {
  return uniqueViolation(indexes, conflict, access.allows('records:read', name));
}

async function orHavenError<T>(work: Promise<T>): Promise<T | HavenError> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof HavenError) return error;
    throw error;
  }
}

async function unlessRefused<T>(decide: () => Promise<T>): Promise<T | null> {
  try {
    return await decide();
  } catch (error) {
    if (error instanceof HavenError) return null;
    throw error;
  }
}
