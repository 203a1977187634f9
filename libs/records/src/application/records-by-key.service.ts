import { Injectable } from '@nestjs/common';

import { CollectionCache } from '@haven/collections';
import type { CollectionSnapshot } from '@haven/collections';
import { HavenConfig } from '@haven/config';
import { UnitOfWork, WriteConflict } from '@haven/database';
import { HavenError, invalid, notFound } from '@haven/kernel';
import type { Caller, JsonObject, JsonValue, Precondition } from '@haven/kernel';
import { indexName, projection } from '@haven/query';

import type { LiveRecord } from '../domain/record-reader.js';
import { RecordStore } from '../domain/record-store.js';
import { UniqueValues } from '../domain/unique-values.js';
import type { ExpandInput } from './expand-paths.js';
import type { Change, Decision } from './record-changes.js';
import { deletion, merging, patching, replacement } from './record-changes.js';
import { newRecordId } from './record-id.js';
import { dataPatch, document, patchLimits, refuseForeignPaths } from './record-input.js';
import { RecordExpander } from './record-expander.js';
import { parseKey, printKey } from './record-key.js';
import type { ParsedKey, RecordKey } from './record-key.js';
import { RecordWriter } from './record-writer.js';
import { RecordView } from './records.contract.js';
import type { RecordReplacementInput } from './records.contract.js';
import { documentOf, pointerToMember, valuesIn, withMissingValues } from './unique-index.js';

/** The state of a value while it is locked: the id of the record that holds it, or null. */
interface LockedValue extends ParsedKey {
  readonly holder: string | null;
}

/** Attempts to lock the record that holds a value: it can lose the value while its lock is awaited. */
const ATTEMPTS = 4;

/** Reads and changes records that are named by a value which they hold in a unique index. */
@Injectable()
export class RecordsByKeyService {
  constructor(
    private readonly collections: CollectionCache,
    private readonly writer: RecordWriter,
    private readonly store: RecordStore,
    private readonly values: UniqueValues,
    private readonly expander: RecordExpander,
    private readonly uow: UnitOfWork,
    private readonly config: HavenConfig,
  ) {}

  /** Returns the record that holds the value. Throws `NOT_FOUND` if there is none. */
  async get(
    caller: Caller,
    key: RecordKey,
    { fields, expand }: { fields?: string; expand?: ExpandInput } = {},
  ): Promise<RecordView> {
    const { collection } = key;
    caller.access.requireScope('records:read', collection);
    const select = projection(fields, this.config.limits.fields);
    const cached = await this.collections.getCached(caller, collection);
    const record = (await this.findCached(caller, cached, key)) ?? (await this.findCurrent(caller, cached, key));
    if (!record) throw notFound('record', printKey(key));
    const view = new RecordView(collection, record, select?.(record.data));
    const expansions = await this.expander.resolve(caller, cached, expand, undefined);
    await this.expander.expand(caller, expansions, [{ view, record }], undefined);
    return view;
  }

  /**
   * Replaces the data of the record that holds the value, or creates a record with the value and a new id. The data may
   * leave out the value, but must not have another one.
   */
  replace(
    caller: Caller,
    key: RecordKey,
    input: RecordReplacementInput,
    precondition: Precondition,
  ): Promise<{ record: RecordView; created: boolean }> {
    return this.change(caller, key, { creates: true }, async (locked, snapshot) => {
      const data = await this.completed(snapshot, locked, document(input.data));
      requireSameRecord(key, locked, input);
      const id = locked.holder ?? newRecordId(undefined);
      return { id, decide: replacement(id, data, precondition.andVersion(input.version)) };
    });
  }

  /** Applies a JSON Merge Patch (RFC 7396) to the representation of the record that holds the value. */
  async mergePatch(caller: Caller, key: RecordKey, patch: JsonValue, precondition: Precondition): Promise<RecordView> {
    return this.revise(caller, key, (id) => merging(id, () => dataPatch(patch), precondition));
  }

  /** Applies a JSON Patch (RFC 6902) to the representation of the record that holds the value. */
  async jsonPatch(
    caller: Caller,
    key: RecordKey,
    operations: JsonValue,
    precondition: Precondition,
  ): Promise<RecordView> {
    refuseForeignPaths(operations);
    return this.revise(caller, key, (id) => patching(id, operations, patchLimits(this.config), precondition));
  }

  /** Deletes the record that holds the value. */
  async delete(caller: Caller, key: RecordKey, precondition: Precondition): Promise<void> {
    await this.change(caller, key, {}, ({ holder }) => {
      if (holder === null) throw notFound('record', printKey(key));
      return { id: holder, decide: deletion(holder, precondition), deletes: true };
    });
  }

  private async revise(caller: Caller, key: RecordKey, decide: (id: string) => Decision): Promise<RecordView> {
    const { record } = await this.change(caller, key, {}, ({ holder }) => {
      if (holder === null) throw notFound('record', printKey(key));
      return { id: holder, decide: decide(holder) };
    });
    return record;
  }

  /** Locks the value and the record that holds it, and makes the change that `decide` returns. */
  private change(
    caller: Caller,
    key: RecordKey,
    { creates = false }: { creates?: boolean },
    decide: (
      locked: LockedValue,
      snapshot: CollectionSnapshot,
    ) => Omit<Change, 'collection'> | Promise<Omit<Change, 'collection'>>,
  ): Promise<{ record: RecordView; created: boolean }> {
    const { collection } = key;
    caller.access.requireScope('records:write', collection);
    return this.uow.run(caller, async () => {
      const snapshot = await this.collections.lockForWrite(caller, collection);
      const locked = await this.lock(snapshot, parseKey(key, snapshot, this.config), creates);
      const change = await decide(locked, snapshot);
      const { stored, event } = await this.writer
        .writeLocked(caller, { collection, ...change })
        .catch((error: unknown) => {
          throw locked.holder === null && isViolationOf(locked, error)
            ? new WriteConflict('The value was taken.')
            : error;
        });
      return {
        record: new RecordView(collection, stored as LiveRecord), // `delete` ignores it
        created: event.type === 'record.created',
      };
    });
  }

  /**
   * Locks the record that holds the value, or, if none does and one may be created, the value itself. Returns the
   * holder, which keeps the value until the transaction ends.
   */
  private async lock(snapshot: CollectionSnapshot, key: ParsedKey, creates: boolean): Promise<LockedValue> {
    let locked: string | null | undefined;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const [value] = await this.values.holders(snapshot.id, key.index, [documentOf(key.index, key.values)]);
      const { hash = null, holder = null } = value ?? {};
      if (locked === holder || (holder === null && (!creates || hash === null))) return { ...key, holder };
      if (holder !== null) await this.store.lock(snapshot.id, [holder]);
      else if (hash !== null) await this.values.lock(snapshot.id, key.index, hash);
      locked = holder;
    }
    throw new WriteConflict('The records that hold the value change too often.');
  }

  /** Adds the values of the key where the data has none. Refuses data with other values. */
  private async completed(
    snapshot: CollectionSnapshot,
    { index, values }: LockedValue,
    given: JsonObject,
  ): Promise<JsonObject> {
    const data = withMissingValues(index, given, values);
    const [wanted, actual] = await this.values.holders(snapshot.id, index, [
      documentOf(index, values),
      documentOf(index, valuesIn(index, data)),
    ]);
    if (wanted?.hash !== actual?.hash) {
      throw invalid(
        'VALIDATION_FAILED',
        pointerToMember(index),
        `must be equal to the value of "${indexName(index)}" that names the record, or be left out`,
      );
    }
    return data;
  }

  /** Finds the record with cached settings. Returns null if they do not have the index. */
  private async findCached(caller: Caller, snapshot: CollectionSnapshot, key: RecordKey): Promise<LiveRecord | null> {
    try {
      return await this.find(caller, snapshot, key);
    } catch (error) {
      if (error instanceof HavenError) return null; // the settings may be outdated
      throw error;
    }
  }

  private async findCurrent(caller: Caller, cached: CollectionSnapshot, key: RecordKey): Promise<LiveRecord | null> {
    const current = await this.collections.get(caller, cached.name);
    return this.find(caller, current, key);
  }

  private find(caller: Caller, snapshot: CollectionSnapshot, key: RecordKey): Promise<LiveRecord | null> {
    const { index, values } = parseKey(key, snapshot, this.config);
    return this.values.find(caller, snapshot.id, index, documentOf(index, values));
  }
}

/** Refuses a record that was read elsewhere: a client that sends it would overwrite another record. */
function requireSameRecord(
  { collection }: RecordKey,
  { holder }: LockedValue,
  given: { readonly collection?: string | null; readonly id?: string | null },
): void {
  if (given.id != null && given.id.toLowerCase() !== holder)
    throw invalid('VALIDATION_FAILED', '/id', 'must be the id of the record that has the value, or be left out');
  if (given.collection != null && given.collection !== collection) {
    throw invalid(
      'VALIDATION_FAILED',
      '/collection',
      `must be the collection in the URL, ${collection}, or be left out`,
    );
  }
}

function isViolationOf({ index }: ParsedKey, error: unknown): boolean {
  return (
    error instanceof HavenError && error.code === 'UNIQUE_VIOLATION' && error.extras.uniqueIndex === indexName(index)
  );
}
