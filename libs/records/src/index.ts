export { RecordView } from './application/records.contract.js';
export type { LiveRecord } from './domain/record-reader.js';
export { checkProjection } from './infrastructure/projection-check.js';
export { ProjectionRebuild } from './infrastructure/projection-rebuild.js';
export { toStoredRecord } from './infrastructure/record-rows.js';
export { KEY_FUNCTIONS } from './infrastructure/key-functions.js';
export { SORT_FUNCTIONS } from './infrastructure/sort-functions.js';
export { DROP_TEXT_FUNCTIONS, TEXT_FUNCTIONS } from './infrastructure/text-functions.js';
export { RecordsModule } from './records.module.js';
