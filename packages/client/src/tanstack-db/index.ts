export { havenCollectionOptions, saveTransaction } from './collection-options.js';
export type { HavenCollectionConfig, HavenCollectionOptions, HavenCollectionUtils } from './collection-options.js';
export type { NewRecord, RowSchema } from './row-schema.js';
export type { SyncStatus } from './sync-status.js';
