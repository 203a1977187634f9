export { CollectionRecordsPort } from './application/collection-records.port.js';
export { CollectionCache } from './application/collection-cache.js';
export type { CollectionSnapshot } from './application/collection-cache.js';
export { CollectionCacheModule, CollectionsModule } from './collections.module.js';
export { Collection } from './domain/collection.js';
export { collectionLock } from './infrastructure/collection-lock.js';
