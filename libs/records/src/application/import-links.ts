import { Injectable } from '@nestjs/common';

import { CollectionCache } from '@haven/collections';
import type { CollectionSnapshot } from '@haven/collections';
import { HavenError } from '@haven/kernel';
import type { Caller } from '@haven/kernel';

import { LinkTargets } from '../domain/link-targets.js';
import { brokenLinks } from '../domain/links.js';
import type { RecordEvent } from '../domain/record-event.js';
import { newLinks } from './link-checker.js';
import type { NewLink } from './link-checker.js';

/** The ids of collections by their names. A collection that does not exist has none. */
export type CollectionIds = ReadonlyMap<string, number>;

/** Finds the records to which the links of imported records lead. */
@Injectable()
export class ImportLinks {
  constructor(
    private readonly collections: CollectionCache,
    private readonly targets: LinkTargets,
  ) {}

  /** Locks the collections to which the references of a locked collection lead, until the open transaction ends. */
  async lockCollections(caller: Caller, { id, name, references }: CollectionSnapshot): Promise<CollectionIds> {
    const others = new Set(references.map(({ collection }) => collection).filter((other) => other !== name));
    const found = await Promise.all(
      [...others].toSorted().map(async (other): Promise<[string, number][]> => {
        const snapshot = await this.collections.lockForWriteIfExists(caller, other);
        return snapshot ? [[other, snapshot.id]] : [];
      }),
    );
    return new Map([[name, id], ...found.flat()]);
  }

  /** Locks the records to which the links lead, until the open transaction ends. Returns the links without one. */
  async withoutTarget<T extends NewLink>(ids: CollectionIds, links: readonly T[]): Promise<T[]> {
    const targetOf = ({ collection, id }: NewLink) => ({ collectionId: ids.get(collection) ?? 0, id });
    const missing = await this.targets.lock(links.map(targetOf).filter(({ collectionId }) => collectionId !== 0));
    const keys = new Set(missing.map(({ collectionId, id }) => `${collectionId}/${id}`));
    return links.filter((link) => {
      const { collectionId, id } = targetOf(link);
      return collectionId === 0 || keys.has(`${collectionId}/${id}`);
    });
  }

  /** Finds the links that the events of a batch add; undefined if the collection has no references. */
  async ofBatch(
    caller: Caller,
    snapshot: CollectionSnapshot,
    events: readonly RecordEvent[],
  ): Promise<BatchLinks | undefined> {
    const { name, references } = snapshot;
    if (references.length === 0) return undefined;
    const malformed = new Map<string, HavenError>();
    const links = events.flatMap(({ recordId, previous, data }) => {
      const added = orError(() => newLinks(references, previous?.data ?? null, data));
      if (!(added instanceof HavenError)) return added.map((link) => ({ ...link, recordId }));
      malformed.set(recordId, added);
      return [];
    });
    const missing = await this.withoutTarget(await this.lockCollections(caller, snapshot), links);
    return new BatchLinks(name, malformed, missing);
  }
}

/** The links of the records of a batch that lead to no stored record. */
export class BatchLinks {
  private readonly missing: ReadonlyMap<string, readonly NewLink[]>;
  private readonly referrers = new Map<string, string[]>();

  constructor(
    private readonly collection: string,
    private readonly malformed: ReadonlyMap<string, HavenError>,
    missing: readonly (NewLink & { readonly recordId: string })[],
  ) {
    this.missing = Map.groupBy(missing, ({ recordId }) => recordId);
    for (const { id, recordId } of missing) this.referrers.set(id, [...(this.referrers.get(id) ?? []), recordId]);
  }

  /**
   * Returns the errors of those of the accepted records that cannot be written, if no others than these are: their
   * links lead to no record, or only to one that cannot be written either.
   */
  broken(accepted: ReadonlySet<string>): Map<string, HavenError> {
    const leadsNowhere = ({ collection, id }: NewLink) => collection !== this.collection || !accepted.has(id);
    const first = [...accepted].filter(
      (id) => this.malformed.has(id) || (this.missing.get(id) ?? []).some(leadsNowhere),
    );
    const lost = new Set([...reachable(first, this.referrers)].filter((id) => accepted.has(id)));
    const errorOf = (id: string) =>
      this.malformed.get(id) ??
      brokenLinks((this.missing.get(id) ?? []).filter((link) => leadsNowhere(link) || lost.has(link.id)));
    return new Map([...lost].map((id) => [id, errorOf(id)]));
  }
}

/** Returns the nodes that can be reached from some nodes, and these. */
export function reachable<T>(from: Iterable<T>, next: ReadonlyMap<T, readonly T[]>): Set<T> {
  const found = new Set(from);
  for (const node of found) for (const other of next.get(node) ?? []) found.add(other); // also visits what is added
  return found;
}

/** Returns the result of `work`, or its error if it is one of the catalogue. */
export function orError<T>(work: () => T): T | HavenError {
  try {
    return work();
  } catch (error) {
    if (error instanceof HavenError) return error;
    throw error;
  }
}
