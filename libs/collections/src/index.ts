export { CollectionRecordsPort } from './application/collection-records.port.js';
export { CollectionCache, readyIndexes } from './application/collection-cache.js';
export type { CollectionSnapshot, SnapshotIndex } from './application/collection-cache.js';
export { CollectionCacheModule, CollectionsModule } from './collections.module.js';
export { INDEX_BUILDS_CHANNEL } from './domain/channels.js';
export { Collection } from './domain/collection.js';
export { indexNameOf, legacyIndexes } from './domain/declared-index.js';
export type { DeclaredIndex } from './domain/declared-index.js';
export { collectionLock } from './infrastructure/collection-lock.js';
