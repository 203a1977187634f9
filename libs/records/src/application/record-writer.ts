import { Injectable } from '@nestjs/common';

import { CollectionCache } from '@haven/collections';
import type { CollectionSnapshot } from '@haven/collections';
import { HavenConfig } from '@haven/config';
import { UnitOfWork } from '@haven/database';
import { IdempotencyStore } from '@haven/idempotency';
import { checkJson, HavenError, limitExceeded, notFound } from '@haven/kernel';
import type { Caller, JsonObject } from '@haven/kernel';

import type { RecordEvent } from '../domain/record-event.js';
import { RecordReader } from '../domain/record-reader.js';
import { RecordStore } from '../domain/record-store.js';
import type { CurrentRecord } from '../domain/stored-record.js';
import { RecordCache } from './record-cache.js';
import { PendingChanges } from './pending-changes.js';
import type { Change, Decision, RecordAddress, WriteResult } from './record-changes.js';

/** What becomes of the refusal of one change among several. */
export type ErrorRewriter = (index: number, error: HavenError) => HavenError;

/** The write path of records: one quickly when nothing is in the way, otherwise any number of them with everything held still. */
@Injectable()
export class RecordWriter {
  constructor(
    private readonly collections: CollectionCache,
    private readonly store: RecordStore,
    private readonly reader: RecordReader,
    private readonly uow: UnitOfWork,
    private readonly answers: IdempotencyStore,
    private readonly cache: RecordCache,
    private readonly config: HavenConfig,
  ) {}

  /** Makes the change that `decide` decides on; it may be asked twice, so it has no effect of its own. `assumed` spares reading a record that is new. */
  async change(caller: Caller, address: RecordAddress, decide: Decision, assumed?: 'absent'): Promise<WriteResult> {
    return (
      (await this.tryOptimistic(caller, address, decide, assumed)) ?? this.writeLocked(caller, { ...address, decide })
    );
  }

  /** Makes a change with everything held still; what is refused here stays refused. */
  async writeLocked(caller: Caller, change: Change): Promise<WriteResult> {
    const [written] = await this.changeAll(caller, [change]);
    if (!written) throw new Error('A change was made and left nothing.');
    return written;
  }

  /**
   * Makes all changes or none, each as if those before it had been made already. Collections and rows are held in one order
   * everywhere, so that two who want the same ones never wait for each other in a ring. The statements are as many as the
   * collections make them, not the changes.
   */
  changeAll(
    caller: Caller,
    changes: readonly Change[],
    rewrite: ErrorRewriter = (_, error) => error,
  ): Promise<WriteResult[]> {
    return this.uow.run(caller, async () => {
      const held = await this.hold(caller, changes);
      const budget = new ByteBudget(changes.length, this.config.limits.batchBytes);
      const events = changes.map((change, index) => {
        try {
          const event = this.decideNext(held.get(change.collection), change);
          budget.take(event);
          return event;
        } catch (error) {
          throw error instanceof HavenError ? rewrite(index, error) : error;
        }
      });
      const pending = [...held.values()].filter((one) => one instanceof PendingChanges);
      const written = await Promise.all(pending.map((one) => one.write(this.store)));
      const all = new Map(written.flatMap((one) => [...one]));
      return events.flatMap((event) => all.get(event) ?? []);
    });
  }

  /**
   * Decides by what is remembered of the collection and what is read of the record, and holds nothing meanwhile; the
   * writing itself makes sure that both still stand. Null if they do not, or if they speak against the change: since
   * they may be out of date, this way never refuses anything.
   */
  private async tryOptimistic(
    caller: Caller,
    { collection, id }: RecordAddress,
    decide: Decision,
    assumed?: 'absent',
  ): Promise<WriteResult | null> {
    const rules = await this.collections.getCached(caller, collection);
    const current = assumed === 'absent' ? null : await this.reader.current(caller, rules.id, id);
    const event = unlessRefused(() => this.decided(decide, current, rules));
    if (!event) return null;
    const stored = await this.store.appendOptimistic(caller, rules, event);
    return stored ? { stored, event } : null;
  }

  /** Removes a record's payload from everywhere it is stored, caches included; what is empty already stays as it is. */
  erase(caller: Caller, { collection, id }: RecordAddress, decide: Decision): Promise<void> {
    return this.uow.run(caller, async () => {
      const rules = await this.collections.lockForWrite(caller, collection);
      const current = (await this.store.lock(rules.id, [id])).get(id) ?? null;
      const event = decide(current, rules);
      const [emptied] = await Promise.all([this.store.emptyVersions(rules.id, id), this.answers.erase(id)]);
      const isEmpty = emptied === 0 && !current?.document;
      if (!isEmpty) await this.store.append(rules, [event]);
      if (!rules.mayBeCached) return;
      const entry = { collectionId: rules.id, recordId: id, version: isEmpty ? event.version - 1 : event.version };
      this.uow.afterCommit(() => this.cache.erased(caller.tenantId, entry));
    });
  }

  /**
   * Holds the collections that are named, in the order of their names, and then the rows in them. What is no collection is
   * refused when a change comes to it: those before it may have something worse to say.
   */
  private async hold(caller: Caller, changes: readonly Change[]): Promise<Map<string, PendingChanges | HavenError>> {
    const byCollection = Map.groupBy(changes, ({ collection }) => collection);
    const names = [...byCollection.keys()].toSorted();
    const found = await Promise.all(names.map((name) => orRefusal(this.collections.lockForWrite(caller, name))));
    const held = found.map(async (rules, index): Promise<[string, PendingChanges | HavenError]> => {
      const name = names[index] ?? '';
      if (rules instanceof HavenError) return [name, rules];
      return [name, await PendingChanges.hold(this.store, rules, byCollection.get(name) ?? [])];
    });
    return new Map(await Promise.all(held));
  }

  private decideNext(held: PendingChanges | HavenError | undefined, change: Change): RecordEvent {
    if (!(held instanceof PendingChanges)) throw held ?? notFound('collection', change.collection);
    const [current, earlier] = held.before(change);
    const event = this.decided(change.decide, current, held.collection, earlier);
    held.add(event);
    return event;
  }

  private decided(
    decide: Decision,
    current: CurrentRecord | null,
    collection: CollectionSnapshot,
    earlier?: RecordEvent,
  ): RecordEvent {
    const event = decide(current, collection, earlier);
    if (event.data) this.admit(collection, event.data);
    return event;
  }

  /** What is about to be stored is exact JSON within the limits, and what the schema admits; patches can make it otherwise. */
  private admit({ schema }: CollectionSnapshot, data: JsonObject): void {
    const { jsonDepth: depth, jsonKeys: keys, bodyBytes, importLineBytes } = this.config.limits;
    checkJson(data, { depth, keys, bytes: Math.max(bodyBytes, importLineBytes) }, '/data');
    schema?.validate(data);
  }
}

/** A few bytes can ask for a large document many times over; what several changes write together is as bounded as what they may be. */
class ByteBudget {
  private spent = 0;

  constructor(
    private readonly changes: number,
    private readonly bytes: number,
  ) {}

  take({ data }: RecordEvent): void {
    if (this.changes === 1 || !data) return;
    this.spent += JSON.stringify(data).length;
    if (this.spent > this.bytes) throw limitExceeded('limits.batchBytes', this.bytes, '');
  }
}

async function orRefusal<T>(work: Promise<T>): Promise<T | HavenError> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof HavenError) return error;
    throw error;
  }
}

function unlessRefused<T>(decide: () => T): T | null {
  try {
    return decide();
  } catch (error) {
    if (error instanceof HavenError) return null;
    throw error;
  }
}
