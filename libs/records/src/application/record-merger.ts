import { Injectable } from '@nestjs/common';

import { CollectionCache, isBeingBuilt } from '@haven/collections';
import type { CollectionSnapshot } from '@haven/collections';
import { HavenConfig } from '@haven/config';
import { UnitOfWork } from '@haven/database';
import { SingleWrites } from '@haven/idempotency';
import { checkJson, HavenError } from '@haven/kernel';
import type { Caller, JsonValue, Precondition } from '@haven/kernel';

import type { LiveRecord } from '../domain/record-reader.js';
import { RecordStore } from '../domain/record-store.js';
import type { RecordMerge } from '../domain/record-store.js';
import { shallowMerge } from '../domain/shallow-merge.js';
import type { ShallowMerge } from '../domain/shallow-merge.js';
import type { RecordAddress } from './record-changes.js';
import { dataPatch, isVersion } from './record-input.js';

/**
 * Applies merge patches in the database, without reading the record first. Does so only if nothing has to be known of
 * the document but its size: `RecordWriter` makes all other changes.
 */
@Injectable()
export class RecordMerger {
  constructor(
    private readonly collections: CollectionCache,
    private readonly store: RecordStore,
    private readonly uow: UnitOfWork,
    private readonly singleWrites: SingleWrites,
    private readonly config: HavenConfig,
  ) {}

  /** Applies a merge patch. Returns undefined if it has changed nothing, and `RecordWriter` has to decide. */
  async merge(
    caller: Caller,
    { collection, id }: RecordAddress,
    patch: JsonValue,
    precondition: Precondition,
  ): Promise<LiveRecord | undefined> {
    const version = expectedVersion(precondition);
    // The response to a merge depends on the record, so it cannot be stored in one round trip with it.
    if (this.uow.isOpen || this.singleWrites.arePostponed || version === undefined) return undefined;
    const merge = this.mergeOf(patch);
    if (!merge) return undefined;
    const snapshot = await this.collections.getCached(caller, collection);
    if (snapshot.requirePrecondition && precondition.isNone) return undefined;
    if (!isIndependent(snapshot, merge)) return undefined;
    return this.store.merge(caller, snapshot, { id, version, ...merge, ...this.bounds(snapshot) });
  }

  /** Returns undefined if the patch is refused too: the error depends on whether the record exists. */
  private mergeOf(patch: JsonValue): ShallowMerge | undefined {
    const { jsonDepth: depth, jsonKeys: keys, jsonValues: values } = this.config.limits;
    try {
      const merge = shallowMerge(dataPatch(patch));
      if (merge) checkJson(merge.set, { depth, keys, values }, '/data');
      return merge;
    } catch (error) {
      if (error instanceof HavenError) return undefined;
      throw error;
    }
  }

  /**
   * Returns sizes within which a document is within all limits: a member takes at least seven bytes, another value two,
   * and only the elements of an array can be more than one key in an index.
   */
  private bounds({ indexes }: CollectionSnapshot): Pick<RecordMerge, 'maxBytes' | 'maxDepth' | 'maxElements'> {
    const { bodyBytes, importLineBytes, jsonDepth, jsonKeys, jsonValues, keysPerRecord } = this.config.limits;
    return {
      maxBytes: Math.min(Math.max(bodyBytes, importLineBytes), jsonKeys * 7, jsonValues * 2, MAX_BYTES),
      maxDepth: jsonDepth,
      maxElements: indexes.length > 0 ? keysPerRecord : undefined,
    };
  }
}

/** So that a statement that shares a connection with others takes little time. */
const MAX_BYTES = 1024 * 1024;

/** Returns null if every version meets the condition, and undefined if it is not about one possible version. */
function expectedVersion({ ifMatch = '*', ifNoneMatch }: Precondition): number | null | undefined {
  if (ifNoneMatch !== undefined) return undefined;
  if (ifMatch === '*') return null;
  const [version, ...others] = ifMatch;
  return isVersion(version) && others.length === 0 ? version : undefined;
}

/** Whether a merge can be made without looking at the document, and without writing more than the row and its event. */
function isIndependent(snapshot: CollectionSnapshot, { set, removed }: ShallowMerge): boolean {
  const { schema, references, search, indexes } = snapshot;
  if (schema || references.length > 0 || search || isBeingBuilt(snapshot)) return false;
  const fields = indexes.flatMap(({ members }) => members.map(({ field }) => field));
  return fields.every((field) => {
    if ('system' in field) return field.system === 'id' || field.system === 'createdAt';
    const [name = ''] = field.path;
    return !Object.hasOwn(set, name) && !removed.includes(name);
  });
}
