import { Injectable } from '@nestjs/common';

import { CollectionCache } from '@haven/collections';
import type { CollectionSnapshot, Reference } from '@haven/collections';
import { HavenError } from '@haven/kernel';
import type { Caller, JsonObject } from '@haven/kernel';

import { addedLinks, brokenLinks } from '../domain/links.js';
import type { Link } from '../domain/links.js';
import { LinkTargets } from '../domain/link-targets.js';
import type { LinkTarget } from '../domain/link-targets.js';
import type { RecordEvent } from '../domain/record-event.js';
import type { NewLinks } from '../domain/record-store.js';
import type { ChangeFailures } from './change-failures.js';
import type { ChangeSet } from './change-set.js';

/** A link that an event adds to its record, and the collection to which it must lead. */
export interface NewLink extends Link {
  readonly collection: string;
}

/** A new link that leads to a record which pending changes do not affect, and which must therefore be locked. */
interface OpenLink {
  readonly link: NewLink;
  readonly target: LinkTarget;
  readonly event: RecordEvent;
}

/** Returns the error of the whole request for the error of one event. */
export type EventErrorRewriter = (event: RecordEvent, error: HavenError) => HavenError;

/** Checks that the links which changes add to records lead to records that exist. */
@Injectable()
export class LinkChecker {
  constructor(
    private readonly collections: CollectionCache,
    private readonly targets: LinkTargets,
  ) {}

  /**
   * Returns the links that an event adds, for a statement that checks them. Throws if that statement cannot check them:
   * a value is not an id, or a collection does not exist.
   */
  async linksOf(caller: Caller, snapshot: CollectionSnapshot, event: RecordEvent): Promise<NewLinks | undefined> {
    const added = newLinks(snapshot.references, event.previous?.data ?? null, event.data).filter(
      ({ collection, id }) => collection !== snapshot.name || id !== event.recordId,
    );
    if (added.length === 0) return undefined;
    const names = [...new Set(added.map(({ collection }) => collection))];
    const snapshots = await Promise.all(names.map((name) => this.collections.getCached(caller, name)));
    const ids = new Map(snapshots.map(({ name, id }) => [name, id]));
    const targets = added.map(({ collection, id }) => ({ collectionId: ids.get(collection) ?? 0, id }));
    return { collections: names, targets: distinct(targets) };
  }

  /**
   * Checks the links that pending changes add, in the state in which they leave the records, and locks their targets.
   * Throws `REFERENCE_BROKEN` for the first record with a link that leads to no record, or with `failures` for all.
   */
  async check(changes: ChangeSet, rewrite: EventErrorRewriter, failures: ChangeFailures): Promise<void> {
    const open: OpenLink[] = [];
    for (const pending of changes.all()) {
      const { references } = pending.collection;
      if (references.length === 0) continue;
      for (const { before, after, lastEvent } of pending.changed()) {
        try {
          const added = newLinks(references, before?.data ?? null, after.lives ? after.data : null);
          open.push(...(await this.openLinks(changes, added, lastEvent)));
        } catch (error) {
          if (!(error instanceof HavenError)) throw error;
          failures.add(rewrite(lastEvent, error));
        }
      }
    }
    const missing = new Set((await this.targets.lock(open.map(({ target }) => target))).map(keyOf));
    const broken = open.filter(({ target }) => missing.has(keyOf(target)));
    for (const [event, links] of Map.groupBy(broken, (one) => one.event)) {
      failures.add(rewrite(event, brokenLinks(links.map(({ link }) => link))));
    }
    failures.throwAll();
  }

  /** Returns the links to records that the changes do not affect. Throws if a link leads to one that they delete. */
  private async openLinks(changes: ChangeSet, added: readonly NewLink[], event: RecordEvent): Promise<OpenLink[]> {
    const open: OpenLink[] = [];
    const broken: NewLink[] = [];
    for (const link of added) {
      const target = await changes.lockIfExists(link.collection);
      const own = target?.lastEventOf(link.id);
      if (!target || own?.data === null) broken.push(link);
      else if (!own) open.push({ link, target: { collectionId: target.collection.id, id: link.id }, event });
    }
    if (broken.length > 0) throw brokenLinks(broken);
    return open;
  }
}

/**
 * Returns the links that a change adds. Only these have to be checked, because a target is not deleted while a record
 * links to it.
 */
export function newLinks(
  references: readonly Reference[],
  before: JsonObject | null,
  after: JsonObject | null,
): NewLink[] {
  if (!after) return [];
  return references.flatMap((reference) =>
    addedLinks(reference, before, after).map((link) => ({ ...link, collection: reference.collection })),
  );
}

function distinct(targets: readonly LinkTarget[]): LinkTarget[] {
  return [...new Map(targets.map((target) => [keyOf(target), target])).values()];
}

function keyOf({ collectionId, id }: LinkTarget): string {
  return `${collectionId}/${id}`;
}
