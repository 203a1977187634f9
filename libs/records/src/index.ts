export { SORT_FUNCTIONS } from './infrastructure/sort-functions.js';
export { RecordsModule } from './records.module.js';
