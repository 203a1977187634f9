export { filterSql, keysetSql, orderBySql } from './infrastructure/query-sql.js';
export { indexColumnsSql, SORT_FUNCTIONS } from './infrastructure/sort-functions.js';
export { RecordsModule } from './records.module.js';
