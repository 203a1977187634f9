import type { CollectionConfig, TransactionWithMutations } from '@tanstack/db';

import type { HavenClient } from '../client.js';
import type { Where } from '../filter.js';
import type { HavenRecord } from '../record.js';
import type { AnySchema, CollectionName, DataOf, InputOf, JsonObject } from '../schema.js';
import { CollectionSync } from './collection-sync.js';
import { registerCollection, storeTransaction } from './local-writes.js';
import type { ConnectedCollection } from './local-writes.js';
import { rowSchema } from './row-schema.js';
import type { RowSchema } from './row-schema.js';
import { StatusSubject } from './sync-status.js';
import type { SyncStatus } from './sync-status.js';

/** Options of `havenCollectionOptions`. */
export interface HavenCollectionOptions<Schema, Name extends CollectionName<Schema>> {
  client: HavenClient<Schema>;
  /** Name of the collection. */
  collection: Name;
  /** Conditions that the records must match. Default: all records of the collection. */
  where?: Where<DataOf<Schema, Name>>;
  /** Id of the local collection; the name of the collection by default. */
  id?: string;
}

/** The `utils` of the local collection. */
export interface HavenCollectionUtils {
  /** Whether the collection follows Haven. */
  readonly status: SyncStatus;
  /** Calls the listener with each new status. Returns a function that ends this. */
  subscribeStatus(listener: (status: SyncStatus) => void): () => void;
}

/** The options of a local collection. Its rows are records, whose `data` has the members. */
export type HavenCollectionConfig<Data, Input> = CollectionConfig<
  HavenRecord<Data>,
  string,
  RowSchema<Data, Input>,
  // TanStack DB asks for an index signature, which an interface does not have.
  HavenCollectionUtils & Record<never, never>
> & { schema: RowSchema<Data, Input>; utils: HavenCollectionUtils };

/**
 * Returns the options with which `createCollection` of TanStack DB keeps a local collection equal to one of Haven, and
 * stores local changes in Haven.
 */
export function havenCollectionOptions<Schema, Name extends CollectionName<Schema>>(
  options: HavenCollectionOptions<Schema, Name>,
): HavenCollectionConfig<DataOf<Schema, Name>, InputOf<Schema, Name>> {
  const source = {
    client: options.client as unknown as HavenClient<AnySchema>, // the same requests, with less known about the data
    collection: options.collection,
    where: options.where as Where<JsonObject> | undefined,
  };
  const connection: ConnectedCollection = { source, sync: undefined, pendingVersions: new Map() };
  const status = new StatusSubject();
  const utils: HavenCollectionUtils = {
    get status() {
      return status.current;
    },
    subscribeStatus: (listener) => status.subscribe(listener),
  };
  registerCollection(utils, connection);
  const config: CollectionConfig<HavenRecord, string> = {
    id: options.id ?? options.collection,
    getKey: ({ id }) => id,
    sync: {
      rowUpdateMode: 'full',
      sync: (rows) => {
        const sync = new CollectionSync(source, rows, status);
        connection.sync = sync;
        void sync.run();
        return () => sync.stop();
      },
    },
    onInsert: ({ transaction }) => storeTransaction(transaction),
    onUpdate: ({ transaction }) => storeTransaction(transaction),
    onDelete: ({ transaction }) => storeTransaction(transaction),
  };
  const schema = rowSchema(options.collection);
  // The types of the data are those of the schema; at run time all data is alike.
  return { ...config, schema, utils } as unknown as HavenCollectionConfig<DataOf<Schema, Name>, InputOf<Schema, Name>>;
}

/**
 * Stores a transaction over several collections: `createTransaction({ mutationFn: saveTransaction })`. All its changes
 * are stored together, or none of them.
 */
export function saveTransaction({ transaction }: { transaction: object }): Promise<void> {
  return storeTransaction(transaction as TransactionWithMutations<HavenRecord>);
}
