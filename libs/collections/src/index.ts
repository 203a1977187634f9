export { CollectionRecordsPort as CollectionContents } from './application/collection-records.port.js';
export { CollectionCache as CollectionRules } from './application/collection-cache.js';
export type { CollectionSnapshot as Rules } from './application/collection-cache.js';
export { CollectionCacheModule as CollectionRulesModule, CollectionsModule } from './collections.module.js';
export { Collection } from './domain/collection.js';
export { collectionLock } from './infrastructure/collection-lock.js';
