import { Injectable } from '@nestjs/common';

import { CollectionCache } from '@haven/collections';
import type { CollectionSnapshot } from '@haven/collections';
import { HavenConfig } from '@haven/config';
import { UnitOfWork } from '@haven/database';
import { notFound } from '@haven/kernel';
import type { Caller, JsonValue, Precondition } from '@haven/kernel';
import { projection } from '@haven/query';
import type { Moment } from '@haven/query';

import { RecordReader } from '../domain/record-reader.js';
import type { LiveRecord } from '../domain/record-reader.js';
import { AsOfResolver } from './as-of-resolver.js';
import type { AsOf } from './as-of-resolver.js';
import type { Expansion, ExpandInput } from './expand-paths.js';
import { creation, deletion, erasure, merging, patching, replacement, restoration } from './record-changes.js';
import type { Decision, RecordAddress } from './record-changes.js';
import { newRecordId, recordId } from './record-id.js';
import { dataPatch, patchLimits, refuseForeignPaths, requireSameAddress, versionNumber } from './record-input.js';
import { RecordCache } from './record-cache.js';
import { RecordExpander } from './record-expander.js';
import { RecordMerger } from './record-merger.js';
import { RecordWriter } from './record-writer.js';
import { RecordView } from './records.contract.js';
import type { NewRecordInput, RecordReplacementInput } from './records.contract.js';

/**
 * Reads and changes single records. The functions in `record-changes.ts` decide on each change, and `RecordWriter`
 * makes it.
 */
@Injectable()
export class RecordsService {
  constructor(
    private readonly collections: CollectionCache,
    private readonly writer: RecordWriter,
    private readonly merger: RecordMerger,
    private readonly reader: RecordReader,
    private readonly cache: RecordCache,
    private readonly asOf: AsOfResolver,
    private readonly expander: RecordExpander,
    private readonly uow: UnitOfWork,
    private readonly config: HavenConfig,
  ) {}

  /**
   * Returns a record as it is now or was at the point in time `asOf`, optionally with only those members of its data
   * that `fields` names, and with the records to which the references in `expand` lead.
   */
  async get(
    caller: Caller,
    { collection, id }: RecordAddress,
    query: AsOf & { fields?: string; expand?: ExpandInput } = {},
  ): Promise<RecordView> {
    caller.access.requireScope('records:read', collection);
    const select = projection(query.fields, this.config.limits.fields);
    const moment = this.asOf.resolve(caller, query);
    let expansions: readonly Expansion[] = [];
    const record = await this.collections[moment ? 'readPast' : 'readCurrent'](
      caller,
      collection,
      async (snapshot) => {
        expansions = await this.expander.resolve(caller, snapshot, query.expand, moment);
        return this.find(caller, snapshot, recordId(id), moment);
      },
      (found) => found === null,
    );
    if (!record) throw notFound('record', id);
    const view = new RecordView(collection, record, select?.(record.data));
    await this.expander.expand(caller, expansions, [{ view, record }], moment);
    return view;
  }

  /**
   * Creates a record. Throws `ALREADY_EXISTS` if the id is taken, `SCHEMA_VIOLATION` if the data violates the schema.
   */
  async create(caller: Caller, collection: string, input: NewRecordInput): Promise<RecordView> {
    const id = newRecordId(input.id);
    const { record } = await this.write(caller, { collection, id }, creation(id, input.data), 'creates');
    return record;
  }

  /**
   * Replaces a record's data, or creates the record. The input can be a record that was read: its version is a further
   * precondition.
   */
  replace(
    caller: Caller,
    address: RecordAddress,
    input: RecordReplacementInput,
    precondition: Precondition,
  ): Promise<{ record: RecordView; created: boolean }> {
    const id = recordId(address.id);
    requireSameAddress({ ...address, id }, input);
    return this.write(caller, { ...address, id }, replacement(id, input.data, precondition.andVersion(input.version)));
  }

  /** Applies a JSON Merge Patch (RFC 7396) to the record's representation: `{"data": {…}}`. */
  async mergePatch(
    caller: Caller,
    address: RecordAddress,
    patch: JsonValue,
    precondition: Precondition,
  ): Promise<RecordView> {
    const id = recordId(address.id);
    caller.access.requireScope('records:write', address.collection);
    const merged = await this.merger.merge(caller, { ...address, id }, patch, precondition);
    if (merged) return new RecordView(address.collection, merged);
    const { record } = await this.write(
      caller,
      { ...address, id },
      merging(id, () => dataPatch(patch), precondition),
    );
    return record;
  }

  /** Applies a JSON Patch (RFC 6902) to the record's representation: its paths start with `/data`. */
  async jsonPatch(
    caller: Caller,
    address: RecordAddress,
    operations: JsonValue,
    precondition: Precondition,
  ): Promise<RecordView> {
    refuseForeignPaths(operations);
    const id = recordId(address.id);
    const decide = patching(id, operations, patchLimits(this.config), precondition);
    const { record } = await this.write(caller, { ...address, id }, decide);
    return record;
  }

  /** Deletes a record. If a record with the same id is created again, it continues the version numbers. */
  async delete(caller: Caller, address: RecordAddress, precondition: Precondition): Promise<void> {
    caller.access.requireScope('records:write', address.collection);
    const id = recordId(address.id);
    await this.writer.change(caller, { ...address, id }, deletion(id, precondition), 'deletes');
  }

  /**
   * Restores an earlier version of a record as a new version. The record may be deleted. Throws `NOT_FOUND` if that
   * version has no document.
   */
  async restore(
    caller: Caller,
    address: RecordAddress,
    version: JsonValue,
    precondition: Precondition,
  ): Promise<RecordView> {
    caller.access.requireScope('records:write', address.collection);
    const id = recordId(address.id);
    const { stored } = await this.writer.writeLocked(caller, {
      ...address,
      id,
      decide: restoration(id, precondition),
      earlier: versionNumber(version),
    });
    return new RecordView(address.collection, stored as LiveRecord); // a restored record has a document
  }

  /** Removes a record's payload from its row and all its versions. The versions themselves remain, with their times. */
  async erase(caller: Caller, address: RecordAddress, precondition: Precondition): Promise<void> {
    caller.access.requireScope('history:erase', address.collection);
    const id = recordId(address.id);
    await this.writer.erase(caller, { ...address, id }, erasure(id, precondition));
  }

  private find(
    caller: Caller,
    collection: CollectionSnapshot,
    id: string,
    moment: Moment | undefined,
  ): Promise<LiveRecord | null> {
    if (moment || this.uow.isOpen) return this.reader.find(caller, collection.id, id, moment);
    return this.cache.find(caller, collection, id);
  }

  private async write(
    caller: Caller,
    address: RecordAddress,
    decide: Decision,
    kind?: 'creates',
  ): Promise<{ record: RecordView; created: boolean }> {
    caller.access.requireScope('records:write', address.collection);
    const { stored, event } = await this.writer.change(caller, address, decide, kind);
    return {
      record: new RecordView(address.collection, stored as LiveRecord), // never a deletion, so it has a document
      created: event.type === 'record.created',
    };
  }
}
