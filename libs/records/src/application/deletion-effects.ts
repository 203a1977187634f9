import { Injectable } from '@nestjs/common';

import { readyIndexes } from '@haven/collections';
import type { CollectionSnapshot, Reference, Referrer } from '@haven/collections';
import { HavenConfig } from '@haven/config';
import { HavenError, Precondition } from '@haven/kernel';
import type { JsonValue, ReferencingRecords } from '@haven/kernel';
import { printPath } from '@haven/query';

import { linkedValues } from '../domain/links.js';
import type { RecordEvent } from '../domain/record-event.js';
import { isPlainIndexOn, ReferringRecords } from '../domain/referring-records.js';
import type { ReferringMember } from '../domain/referring-records.js';
import { removedEvent, revisedEvent } from '../domain/stored-record.js';
import type { CurrentRecord } from '../domain/stored-record.js';
import { withoutLinks } from '../domain/unlink.js';
import type { ChangeSet } from './change-set.js';
import type { EventErrorRewriter } from './link-checker.js';
import type { PendingChanges } from './pending-changes.js';

/** How the events of effects are checked, and how errors are reported. */
export interface EffectOptions {
  /** Throws if an event must not be written. */
  readonly check: (collection: CollectionSnapshot, event: RecordEvent) => void;
  readonly rewrite: EventErrorRewriter;
}

/** Records of one collection that pending changes delete: by id, the event of the request that causes the deletion. */
type Deleted = ReadonlyMap<string, RecordEvent>;

/** A reference to deleted records, and the collection whose records have it. */
interface BrokenReference {
  readonly pending: PendingChanges;
  readonly reference: Reference;
  readonly member: ReferringMember;
  readonly deleted: Deleted;
}

/** A reference that forbids to delete its targets, and records that have it. */
interface Restriction extends BrokenReference {
  readonly referring: readonly string[];
}

/** The event of the request that causes an effect, and the record before the effect. */
interface EffectOrigin {
  readonly root: RecordEvent;
  readonly before: CurrentRecord | null;
}

/** The state of one run. */
interface Run extends EffectOptions {
  readonly changes: ChangeSet;
  /** The deletions whose referrers have been found. */
  readonly followed: Set<RecordEvent>;
  /** The effects, by their events. A record has at most one, however many of its links it loses. */
  readonly effects: Map<RecordEvent, EffectOrigin>;
  readonly restrictions: Restriction[];
}

/** `unlink` is `setNull` for documents that may then violate the schema. */
type Effect = 'cascade' | 'setNull' | 'unlink';

/** Maximum number of referring records that an error names. */
const MAX_SAMPLES = 10;

/** Applies the rules of references to the records that changes delete. */
@Injectable()
export class DeletionEffects {
  constructor(
    private readonly referring: ReferringRecords,
    private readonly config: HavenConfig,
  ) {}

  /**
   * Adds to pending changes what their deletions cause: a record that refers to a deleted one is deleted too, or loses
   * its link, and so on. An erasure removes the links whatever their rule is. Throws `RECORD_REFERENCED` if a rule
   * forbids a deletion, `CASCADE_TOO_LARGE` if there are too many effects, and what a request that makes the change
   * would throw.
   */
  async add(changes: ChangeSet, options: EffectOptions): Promise<void> {
    const run: Run = { ...options, changes, followed: new Set(), effects: new Map(), restrictions: [] };
    for (let found = newDeletions(run); found.length > 0; found = newDeletions(run)) {
      for (const [target, deleted] of found) {
        for (const referrer of target.collection.referrers) await this.follow(run, target, referrer, deleted);
      }
    }
    await this.refuseRestricted(run);
    if (run.effects.size > 0) await changes.caller.consume?.(run.effects.size);
  }

  /** Finds the records that refer to deleted ones by one reference, and applies its rule to them. */
  private async follow(run: Run, target: PendingChanges, referrer: Referrer, deleted: Deleted): Promise<void> {
    const pending = await run.changes.lockIfExists(referrer.collection);
    const reference = pending?.collection.references.find(
      ({ collection, path }) => collection === target.collection.name && isSamePath(path, referrer.path),
    );
    if (!pending || !reference) return; // a process that does not know references has removed it
    const { path, onDelete } = reference;
    const index = readyIndexes(pending.collection).find(isPlainIndexOn(path));
    const broken = { pending, reference, member: { collectionId: pending.collection.id, path, index } };
    const [erased, removed] = byErasure(target, deleted);
    await this.apply(run, 'unlink', { ...broken, deleted: erased });
    await this.apply(run, onDelete, { ...broken, deleted: removed });
  }

  private async apply(run: Run, rule: 'restrict' | Effect, broken: BrokenReference): Promise<void> {
    const { pending, member, deleted } = broken;
    if (deleted.size === 0) return;
    const referring = await this.referring.find(member, [...deleted.keys()], this.limit + 1);
    if (referring.length === 0) return;
    if (rule === 'restrict') {
      run.restrictions.push({ ...broken, referring });
      return;
    }
    run.changes.caller.access.requireScope('records:write', pending.collection.name);
    if (referring.length > this.limit) throw await this.tooLarge(run, broken);
    await pending.lock(referring, rule === 'cascade' ? 'delete' : 'change');
    for (const id of referring) addEffect(run, rule, broken, id);
    if (run.changes.size > this.limit) throw await this.tooLarge(run, broken);
  }

  private async tooLarge(run: Run, { member, deleted }: BrokenReference): Promise<HavenError> {
    const direct = await this.referring.count(member, [...deleted.keys()]);
    const count = Math.max(direct, run.changes.size);
    const [root] = deleted.values();
    const error = new HavenError(
      'CASCADE_TOO_LARGE',
      `The deletion would change at least ${count} records, because they refer to deleted ones; ` +
        `limits.batchOperations allows ${this.limit} in one transaction. Delete or change referring records first.`,
    );
    return root ? run.rewrite(root, error) : error;
  }

  /** Refuses the deletions that a rule forbids, unless the referring record is deleted or loses its link too. */
  private async refuseRestricted({ restrictions, changes, rewrite }: Run): Promise<void> {
    const samples: ReferencingRecords['samples'][number][] = [];
    let count = 0;
    let first: RecordEvent | undefined;
    for (const restriction of restrictions) {
      const { pending, reference, member, deleted, referring } = restriction;
      const ids = referring.filter((id) => !pending.hasLocked(id) || rootOf(restriction, id));
      if (ids.length === 0) continue;
      first ??= [...deleted.values()][0];
      const all =
        referring.length > this.limit ? await this.referring.count(member, [...deleted.keys()]) : referring.length;
      count += all - (referring.length - ids.length);
      const { name } = pending.collection;
      if (!changes.caller.access.allows('records:read', name)) continue;
      const path = printPath(reference.path);
      samples.push(...ids.slice(0, MAX_SAMPLES - samples.length).map((id) => ({ collection: name, id, path })));
    }
    if (first) throw rewrite(first, referenced(first.recordId, { count, samples }));
  }

  private get limit(): number {
    return this.config.limits.batchOperations;
  }
}

/** Returns the deletions whose referrers have not been found yet, and marks them as followed. */
function newDeletions({ changes, followed, effects }: Run): [PendingChanges, Map<string, RecordEvent>][] {
  return changes.all().flatMap((target): [PendingChanges, Map<string, RecordEvent>][] => {
    if (target.collection.referrers.length === 0) return [];
    const deleted = new Map<string, RecordEvent>();
    for (const { id, before, after, lastEvent } of target.changed()) {
      if (after.lives || !before?.lives || followed.has(lastEvent)) continue;
      followed.add(lastEvent);
      deleted.set(id, effects.get(lastEvent)?.root ?? lastEvent);
    }
    return deleted.size === 0 ? [] : [[target, deleted]];
  });
}

/**
 * Adds the event of one referring record, unless the record does not refer to a deleted one any more. If the record has
 * lost another link already, extends that event.
 */
function addEffect(run: Run, effect: Effect, broken: BrokenReference, id: string): void {
  const root = rootOf(broken, id);
  if (!root) return;
  const { pending, reference } = broken;
  try {
    if (pending.collection.requirePrecondition) Precondition.none.require();
    const earlier = pending.lastEventOf(id);
    const known = earlier && run.effects.get(earlier);
    const before = known ? known.before : pending.current(id);
    const cause = effect === 'cascade' ? root : (known?.root ?? root);
    const removed = effect === 'cascade' && removedEvent(id, before, Precondition.none);
    const event = { ...(removed || unlinkedEvent(run, effect, broken, id, before)), cause: cause.recordId };
    if (known) pending.replace(earlier, event);
    else pending.add(event);
    if (known) run.effects.delete(earlier);
    run.effects.set(event, { root: cause, before });
  } catch (error) {
    if (!(error instanceof HavenError)) throw error;
    const link = `"${printPath(reference.path)}" of the record ${id} in "${pending.collection.name}"`;
    const { errors: _, ...extras } = error.extras; // their pointers do not lead into the request
    throw run.rewrite(root, new HavenError(error.code, `The deletion would affect ${link}: ${error.detail}`, extras));
  }
}

/**
 * Returns the event that removes the links to deleted records. If `unlink` leaves no valid document without the member,
 * the member becomes null.
 */
function unlinkedEvent(
  run: Run,
  effect: Effect,
  { pending, reference, deleted }: BrokenReference,
  id: string,
  before: CurrentRecord | null,
): RecordEvent {
  const { collection } = pending;
  const linked = pending.current(id)?.data ?? {};
  const isDeleted = (value: JsonValue) => typeof value === 'string' && deleted.has(value);
  const allowed = collection.schema?.typesAt(reference.path) ?? null;
  const without = (nullable: boolean): RecordEvent =>
    revisedEvent(id, before, Precondition.none, () => withoutLinks(linked, reference.path, isDeleted, { nullable }));
  const event = without(allowed === null || allowed.has('null'));
  try {
    run.check(collection, event);
    return event;
  } catch (error) {
    if (effect !== 'unlink' || !(error instanceof HavenError && error.code === 'SCHEMA_VIOLATION')) throw error;
    return without(true);
  }
}

/** Returns the event of the request that deletes a record to which this record refers; undefined if there is none. */
function rootOf({ pending, reference, deleted }: BrokenReference, id: string): RecordEvent | undefined {
  const data = pending.current(id)?.data;
  const links = data ? linkedValues(reference, data) : [];
  for (const { value } of links) {
    const root = typeof value === 'string' ? deleted.get(value) : undefined;
    if (root) return root;
  }
  return undefined;
}

function byErasure(target: PendingChanges, deleted: Deleted): [erased: Deleted, removed: Deleted] {
  const isErased = ([id]: [string, RecordEvent]) => target.lastEventOf(id)?.type === 'record.erased';
  const all = [...deleted];
  return [new Map(all.filter(isErased)), new Map(all.filter((one) => !isErased(one)))];
}

function isSamePath(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name, index) => name === other[index]);
}

function referenced(id: string, references: ReferencingRecords): HavenError {
  const [sample] = references.samples;
  const such = sample ? `, such as ${sample.id} in "${sample.collection}" by "${sample.path}"` : '';
  const records = references.count === 1 ? '1 record refers' : `${references.count} records refer`;
  return new HavenError('RECORD_REFERENCED', `The record ${id} cannot be deleted: ${records} to it${such}.`, {
    references,
  });
}
