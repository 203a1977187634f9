import { Inject, Injectable } from '@nestjs/common';

import { CollectionRules } from '@haven/collections';
import type { Rules } from '@haven/collections';
import { HavenError, isJsonObject, notFound, Precondition, Slice } from '@haven/kernel';
import type { Caller, CursorCodec, JsonObject, JsonValue, Window } from '@haven/kernel';
import { CURSOR_CODEC, HavenConfig, pageSize, UnitOfWork } from '@haven/platform';

import { diff } from '../domain/patch/difference.js';
import { jsonPatch } from '../domain/patch/json-patch.js';
import { mergePatch } from '../domain/patch/merge-patch.js';
import { projection } from '../domain/query/projection.js';
import type { LoggedEvent } from '../domain/record-event.js';
import { RecordReader } from '../domain/record-reader.js';
import type { LiveRecord } from '../domain/record-reader.js';
import { RecordStore } from '../domain/record-store.js';
import { create, erase, remove, replace, revise } from '../domain/stored-record.js';
import { newRecordId, recordId } from './record-id.js';
import { dataPatch, document, refuseForeignPaths } from './record-input.js';
import { RecordWriter } from './record-writer.js';
import type { Decision, RecordAddress } from './record-writer.js';
import { RecordVersionView, RecordView } from './records.contract.js';
import type { NewRecordInput } from './records.contract.js';

/** The use cases of single records; every change is decided by the domain and goes through `RecordStore`. */
@Injectable()
export class RecordsService {
  constructor(
    private readonly rules: CollectionRules,
    private readonly writer: RecordWriter,
    private readonly store: RecordStore,
    private readonly reader: RecordReader,
    private readonly uow: UnitOfWork,
    @Inject(CURSOR_CODEC) private readonly cursors: CursorCodec,
    @Inject(HavenConfig) private readonly config: HavenConfig,
  ) {}

  /** One living record, or those members of its data that `fields` names. */
  async get(caller: Caller, { collection, id }: RecordAddress, fields?: string): Promise<RecordView> {
    const select = projection(fields, this.config.limits.fields);
    const record = await this.rules.reading(
      caller,
      collection,
      (rules) => this.reader.find(caller, rules.id, recordId(id)),
      (found) => found === null,
    );
    if (!record) throw notFound('record', id);
    return new RecordView(collection, record, select?.(record.data));
  }

  /** Makes a record; `ALREADY_EXISTS` if its id lives, `SCHEMA_VIOLATION` if the schema refuses the data. */
  async create(caller: Caller, collection: string, { id, data }: NewRecordInput): Promise<RecordView> {
    const address = { collection, id: newRecordId(id) };
    const decide: Decision = (current) => {
      if (current?.document) {
        throw new HavenError('ALREADY_EXISTS', `There is a record ${address.id} already.`, {
          current: current.version,
        });
      }
      return create(address.id, current, document(data));
    };
    const { record } = await this.write(caller, address, decide, 'absent');
    return record;
  }

  /** Replaces a record's data, or makes the record. */
  replace(
    caller: Caller,
    address: RecordAddress,
    data: JsonObject,
    precondition: Precondition,
  ): Promise<{ record: RecordView; created: boolean }> {
    const id = recordId(address.id);
    return this.write(caller, { ...address, id }, (current, rules) => {
      if (current?.document) demand(rules, precondition);
      return replace(id, current, document(data), precondition);
    });
  }

  /** Applies a JSON Merge Patch (RFC 7396) to the record as it is read: `{"data": {…}}`. */
  async mergePatch(
    caller: Caller,
    address: RecordAddress,
    patch: JsonValue,
    precondition: Precondition,
  ): Promise<RecordView> {
    return this.revise(caller, address, precondition, (data) => mergePatch(data, dataPatch(patch)));
  }

  /** Applies a JSON Patch (RFC 6902) to the record as it is read: its paths start with `/data`. */
  async jsonPatch(
    caller: Caller,
    address: RecordAddress,
    operations: JsonValue,
    precondition: Precondition,
  ): Promise<RecordView> {
    const { patchOperations, bodyBytes } = this.config.limits;
    refuseForeignPaths(operations);
    return this.revise(caller, address, precondition, (data) => {
      const patched = jsonPatch({ data }, operations, { operations: patchOperations, resultBytes: bodyBytes });
      return document(isJsonObject(patched) ? patched['data'] : undefined);
    });
  }

  /** Deletes a record; its versions go on if the id is created again. */
  async delete(caller: Caller, address: RecordAddress, precondition: Precondition): Promise<void> {
    const id = recordId(address.id);
    await this.writer.change(caller, { ...address, id }, (current, rules) => {
      if (current?.document) demand(rules, precondition);
      return remove(id, current, precondition);
    });
  }

  /** Removes a record's payload from its row and all its versions; that it was there, and when it changed, stays. */
  async erase(caller: Caller, address: RecordAddress, precondition: Precondition): Promise<void> {
    const id = recordId(address.id);
    await this.writer.erase(caller, { ...address, id }, (current, rules) => {
      if (current?.document) demand(rules, precondition);
      return erase(id, current, precondition);
    });
  }

  /** A record's versions, newest first, deleted records included; `after` is the cursor of a version. */
  history(caller: Caller, { collection, id }: RecordAddress, window: Window): Promise<Slice<RecordVersionView>> {
    const limit = pageSize(window.limit, this.config);
    const binding = `${caller.tenantId}/${collection}/${id}/history`;
    const [before] = window.after === undefined ? [] : (this.cursors.open(window.after, binding) as number[]); // as sealed below
    return this.uow.run(caller, async () => {
      const { id: number } = await this.rules.lookUp(caller, collection);
      const events = await this.store.history(caller, number, recordId(id), limit + 1, before);
      if (events.length === 0 && before === undefined) throw notFound('record', id);
      const items = events
        .slice(0, limit)
        .map((event, index) => new RecordVersionView(event, patchFrom(events[index + 1], event)));
      return new Slice(
        items,
        events.length > limit,
        before !== undefined,
        (index) => this.cursors.seal([items[index]?.version ?? 0], binding),
        async () => (await this.store.history(caller, number, recordId(id), 1))[0]?.version ?? 0,
      );
    });
  }

  private async revise(
    caller: Caller,
    address: RecordAddress,
    precondition: Precondition,
    change: (data: JsonObject) => JsonObject,
  ): Promise<RecordView> {
    const id = recordId(address.id);
    const { record } = await this.write(caller, { ...address, id }, (current, rules) => {
      if (current?.document) demand(rules, precondition);
      return revise(id, current, precondition, change);
    });
    return record;
  }

  private async write(
    caller: Caller,
    address: RecordAddress,
    decide: Decision,
    assumed?: 'absent',
  ): Promise<{ record: RecordView; created: boolean }> {
    const { stored, event } = await this.writer.change(caller, address, decide, assumed);
    return {
      record: new RecordView(address.collection, stored as LiveRecord), // no deletion comes this way
      created: event.type === 'record.created',
    };
  }
}

function demand(rules: Rules, precondition: Precondition): void {
  if (rules.requirePrecondition) precondition.require();
}

/** The JSON Patch of `{"data": …}` from one version to the next; null where there is no version before. */
function patchFrom(before: LoggedEvent | undefined, after: LoggedEvent): JsonValue[] | null {
  if (!before) return null;
  if (!after.data) return before.data ? [{ op: 'remove', path: '/data' }] : [];
  if (!before.data) return [{ op: 'add', path: '/data', value: after.data }];
  return diff({ data: before.data }, { data: after.data }).map((operation) => ({ ...operation }));
}
