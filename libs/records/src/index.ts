export { RecordView } from './application/records.contract.js';
export { matches } from './domain/query/evaluate.js';
export type { Filter } from './domain/query/filter.js';
export { parseFilter } from './domain/query/parse-filter.js';
export type { LiveRecord } from './domain/record-reader.js';
export { StoredRecord } from './domain/stored-record.js';
export { documentOf } from './infrastructure/record-rows.js';
export { SORT_FUNCTIONS } from './infrastructure/sort-functions.js';
export { RecordsModule } from './records.module.js';
