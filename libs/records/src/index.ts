export { checkProjection } from './infrastructure/projection-check.js';
export { ProjectionRebuild } from './infrastructure/projection-rebuild.js';
export { SORT_FUNCTIONS } from './infrastructure/sort-functions.js';
export { RecordsModule } from './records.module.js';
