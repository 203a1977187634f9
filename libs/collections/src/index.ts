export { CollectionContents } from './application/collection-contents.js';
export { CollectionRules } from './application/collection-rules.js';
export type { Rules } from './application/collection-rules.js';
export { CollectionRulesModule, CollectionsModule } from './collections.module.js';
export { Collection } from './domain/collection.js';
export { collectionLock } from './infrastructure/collection-lock.js';
