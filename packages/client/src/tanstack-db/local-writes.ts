import type { PendingMutation, TransactionWithMutations } from '@tanstack/db';

import type { BatchOperation } from '../batch.js';
import { HavenError } from '../error.js';
import type { HavenRecord } from '../record.js';
import type { AnySchema } from '../schema.js';
import type { CollectionSync } from './collection-sync.js';
import type { RecordSource } from './collection-sync.js';
import { WriteQueue } from './write-queue.js';

/** A collection that is connected to Haven. */
export interface ConnectedCollection {
  source: RecordSource;
  /** The present run of its synchronisation. */
  sync: CollectionSync | undefined;
  /** The versions that writes in progress will give to records; the newest write of each record. */
  pendingVersions: Map<string, Promise<number>>;
}

/** Collections by their `utils`, by which TanStack DB returns them. */
const connected = new WeakMap<object, ConnectedCollection>();

export function registerCollection(utils: object, collection: ConnectedCollection): void {
  connected.set(utils, collection);
}

interface Write {
  mutation: PendingMutation<HavenRecord>;
  target: ConnectedCollection;
  sync: CollectionSync | undefined;
  /** The version that a write in progress gives to the record on which this one is based. */
  base: Promise<number> | undefined;
}

/**
 * Stores all changes of a transaction together, or none of them. Resolves when the local collections show what was
 * stored. Rejects with the error of Haven if they were refused; TanStack DB then rolls the changes back.
 */
export async function storeTransaction(transaction: TransactionWithMutations<HavenRecord>): Promise<void> {
  const writes = transaction.mutations.map((mutation) => toWrite(mutation));
  const [{ target }] = writes as [Write]; // TanStack DB saves no transaction without mutations
  if (writes.some((write) => write.target.source.client !== target.source.client))
    throw new TypeError('All collections of a transaction must have the same client of Haven.');

  const syncs = new Set(writes.flatMap(({ sync }) => sync ?? []));
  for (const sync of syncs) sync.versions.writeStarted();
  try {
    const stored = store(transaction, writes, WriteQueue.of(target.source.client));
    announceVersions(transaction, writes, stored);
    const versions = await stored;
    await Promise.all(
      writes.map(async ({ sync, mutation }, index) => sync?.shows(keyOf(mutation), versions[index] ?? 0)),
    );
  } finally {
    for (const sync of syncs) sync.versions.writeEnded();
  }
}

/** Returns the versions that the records got. */
async function store(
  transaction: TransactionWithMutations<HavenRecord>,
  writes: readonly Write[],
  queue: WriteQueue,
): Promise<number[]> {
  let isSent = false;
  try {
    const results = await queue.send(async () => {
      if (transaction.state === 'failed') throw new Error('The transaction was rolled back before it was sent.');
      const operations = await Promise.all(writes.map(operationOf));
      isSent = true;
      return operations;
    });
    return results.map(({ version }) => version);
  } catch (error) {
    if (isSent) await showConflict(error, writes);
    throw error;
  }
}

function toWrite(mutation: PendingMutation<HavenRecord>): Write {
  const target = connected.get(mutation.collection.utils);
  if (!target)
    throw new TypeError(`The collection "${mutation.collection.id}" was not created with havenCollectionOptions.`);
  return { mutation, target, sync: target.sync, base: target.pendingVersions.get(keyOf(mutation)) };
}

function keyOf({ key }: PendingMutation<HavenRecord>): string {
  return String(key);
}

/** Changes that are based on this transaction wait for its versions, until it is settled. */
function announceVersions(
  transaction: TransactionWithMutations<HavenRecord>,
  writes: readonly Write[],
  versions: Promise<number[]>,
): void {
  writes.forEach(({ target, mutation }, index) => {
    const version = versions.then((all) => all[index] ?? 0);
    version.catch(() => undefined); // the transaction reports it
    target.pendingVersions.set(keyOf(mutation), version);
    const forget = (): void => {
      if (target.pendingVersions.get(keyOf(mutation)) === version) target.pendingVersions.delete(keyOf(mutation));
    };
    transaction.when('settled').then(forget, forget);
  });
}

/** Rejects if the write on which this one is based was refused. */
async function operationOf({ mutation, target, base }: Write): Promise<BatchOperation<AnySchema>> {
  const { collection } = target.source;
  const id = keyOf(mutation);
  const { data } = mutation.modified;
  if (mutation.type === 'insert') return { op: 'create', collection, id, data, ifNoneMatch: '*' };
  const expectedVersion = (await base) ?? (mutation.original as HavenRecord).version; // only an insert has none
  if (mutation.type === 'delete') return { op: 'delete', collection, id, expectedVersion };
  return { op: 'replace', collection, id, data, expectedVersion };
}

/** Waits until the local collection has the version with which a write is in conflict: then the rollback shows it. */
async function showConflict(error: unknown, writes: readonly Write[]): Promise<void> {
  if (!(error instanceof HavenError)) return;
  const { index, current } = error.problem;
  const write = writes[index ?? -1];
  if (!write?.sync || current === undefined) return;
  const id = keyOf(write.mutation);
  if (write.sync.versions.get(id) !== undefined) await write.sync.shows(id, current);
}
