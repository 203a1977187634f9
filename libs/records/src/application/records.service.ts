import { Inject, Injectable } from '@nestjs/common';

import { CollectionRules } from '@haven/collections';
import type { Rules } from '@haven/collections';
import { checkJson, HavenError, invalid, isJsonObject, notFound, Precondition, Slice } from '@haven/kernel';
import type { Caller, CursorCodec, JsonObject, JsonValue, Window } from '@haven/kernel';
import { Collision, CURSOR_CODEC, HavenConfig, pageSize, UnitOfWork } from '@haven/platform';

import { diff, jsonPatch, mergePatch } from '../domain/patch.js';
import { projection } from '../domain/query/projection.js';
import type { LoggedEvent, RecordEvent } from '../domain/record-event.js';
import { RecordReader } from '../domain/record-reader.js';
import type { LiveRecord } from '../domain/record-reader.js';
import { RecordStore } from '../domain/record-store.js';
import { create, remove, replace, revise } from '../domain/stored-record.js';
import type { StoredRecord } from '../domain/stored-record.js';
import { RecordVersionView, RecordView } from './records.contract.js';
import type { NewRecordInput } from './records.contract.js';
import { newRecordId, recordId } from './record-id.js';

/** Names one record. */
export interface RecordAddress {
  collection: string;
  id: string;
}

/** From the record as it is (null: there is none) and the rules of its collection, what is to happen; throws what forbids it. */
type Decision = (current: StoredRecord | null, rules: Rules) => RecordEvent;

/** What a change has left. */
interface Written {
  stored: StoredRecord;
  event: RecordEvent;
}

/** The use cases of single records; every change is decided by the domain and goes through `RecordStore`. */
@Injectable()
export class RecordsService {
  constructor(
    private readonly rules: CollectionRules,
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
    await this.change(caller, { ...address, id }, (current, rules) => {
      if (current?.document) demand(rules, precondition);
      return remove(id, current, precondition);
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
    const { stored, event } = await this.change(caller, address, decide, assumed);
    return {
      record: new RecordView(address.collection, stored as LiveRecord), // no deletion comes this way
      created: event.type === 'record.created',
    };
  }

  private async change(caller: Caller, address: RecordAddress, decide: Decision, assumed?: 'absent'): Promise<Written> {
    return (await this.changeQuickly(caller, address, decide, assumed)) ?? this.changeSafely(caller, address, decide);
  }

  /**
   * Decides by what is remembered of the collection and what is read of the record, and holds nothing meanwhile; the
   * writing itself makes sure that both still stand. Null if they do not, or if they speak against the change: since
   * they may be out of date, this way never refuses anything.
   */
  private async changeQuickly(
    caller: Caller,
    { collection, id }: RecordAddress,
    decide: Decision,
    assumed?: 'absent',
  ): Promise<Written | null> {
    const rules = await this.rules.recall(caller, collection);
    const current = assumed === 'absent' ? null : await this.reader.find(caller, rules.id, id);
    const event = unlessRefused(() => this.decided(decide, current, rules));
    if (!event) return null;
    const stored = await this.store.appendQuickly(caller, rules, event);
    return stored ? { stored, event } : null;
  }

  /** With the collection held still and the row locked; what is refused here stays refused. */
  private changeSafely(caller: Caller, { collection, id }: RecordAddress, decide: Decision): Promise<Written> {
    return this.uow.run(caller, async () => {
      const rules = await this.rules.forWriting(caller, collection);
      const current = (await this.store.lock(rules.id, [id])).get(id) ?? null;
      const event = this.decided(decide, current, rules);
      const [stored] = await this.store.append(caller, rules, [event]);
      if (!stored) throw new Collision(`Record ${id} was made by somebody else meanwhile.`);
      return { stored, event };
    });
  }

  private decided(decide: Decision, current: StoredRecord | null, rules: Rules): RecordEvent {
    const event = decide(current, rules);
    if (event.data) this.admit(rules, event.data);
    return event;
  }

  /** What is about to be stored is exact JSON within the limits, and what the schema admits; patches can make it otherwise. */
  private admit({ schema }: Rules, data: JsonObject): void {
    const { jsonDepth: depth, jsonKeys: keys } = this.config.limits;
    checkJson(data, { depth, keys }, '/data');
    schema?.validate(data);
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

function demand(rules: Rules, precondition: Precondition): void {
  if (rules.requirePrecondition) precondition.require();
}

/** `data` of a request as the document it must be. */
export function document(data: JsonValue | undefined): JsonObject {
  if (!isJsonObject(data)) throw invalid('VALIDATION_FAILED', '/data', 'Must be a JSON object');
  return data;
}

function dataPatch(patch: JsonValue): JsonObject {
  if (!isJsonObject(patch)) throw invalid('VALIDATION_FAILED', '', 'A merge patch of a record is a JSON object');
  const other = Object.keys(patch).find((member) => member !== 'data');
  if (other !== undefined) throw invalid('PATCH_INVALID', `/${other}`, 'Only data can be changed');
  return document(patch['data']);
}

/** Only `data` is writable: an operation that reads or writes elsewhere is refused before anything is applied. */
function refuseForeignPaths(operations: JsonValue): void {
  if (!Array.isArray(operations)) return;
  operations.forEach((operation, index) => {
    if (!isJsonObject(operation)) return;
    for (const member of ['path', 'from']) {
      const pointer = operation[member];
      if (typeof pointer === 'string' && !/^\/data(\/|$)/.test(pointer)) {
        throw invalid(
          'PATCH_INVALID',
          `/${index}/${member}`,
          'Paths start with /data; nothing else of a record can be changed',
        );
      }
    }
  });
}

/** The JSON Patch of `{"data": …}` from one version to the next; null where there is no version before. */
function patchFrom(before: LoggedEvent | undefined, after: LoggedEvent): JsonValue[] | null {
  if (!before) return null;
  if (!after.data) return before.data ? [{ op: 'remove', path: '/data' }] : [];
  if (!before.data) return [{ op: 'add', path: '/data', value: after.data }];
  return diff({ data: before.data }, { data: after.data }).map((operation) => ({ ...operation }));
}
