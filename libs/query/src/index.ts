export { caseFoldings, caseFoldingVersion, foldCase } from './case-folding.js';
export { afterPrefix, codePointLength, firstCodePoints } from './code-points.js';
export { documentKeys, keepsEntries, keepsMembers } from './document-keys.js';
export { matchesFilter } from './evaluate.js';
export { EvaluationWork, FilterTooExpensive } from './evaluation-work.js';
export { isEmptyFilter } from './filter.js';
export type {
  Condition,
  DataComparison,
  ElementsCondition,
  Filter,
  Ordering,
  SearchCondition,
  SearchIndex,
  SizeCondition,
  SystemComparison,
  TypedCondition,
} from './filter.js';
export { queryFingerprint } from './fingerprint.js';
export { indexKeyBytes, maxPartBytes } from './index-key.js';
export { indexName, printMember } from './index-definition.js';
export type { IndexDefinition, IndexMember, ValueType } from './index-definition.js';
export { indexOrder } from './index-order.js';
export type { IndexOrder } from './index-order.js';
export { indexRanges } from './index-range.js';
export type { IndexRanges } from './index-range.js';
export { parseInstant } from './instant.js';
export { parseOrder } from './list-order.js';
export type { ListOrder } from './list-order.js';
export { missingIndexes } from './missing-indexes.js';
export type { MissingIndex } from './missing-indexes.js';
export { parseMoment } from './moment.js';
export type { Moment } from './moment.js';
export { parseFilter } from './parse-filter.js';
export { parseField, parsePath, printField, printPath, splitUnescaped, valueAt, withValueAt } from './path.js';
export type { Field, FieldPath, SystemField } from './path.js';
export { operatorNames } from './operator-names.js';
export { uniqueHash } from './unique-hash.js';
export { pathsOf } from './used-paths.js';
export type { UsedPath } from './used-paths.js';
export { comparePositions, isPosition, positionOf } from './position.js';
export type { Position } from './position.js';
export { directionIn, isOrderedByKey, keyOrder, positionKey } from './position-key.js';
export { projection } from './projection.js';
export { noSearch } from './search-support.js';
export type { SearchLimits, SearchSupport } from './search-support.js';
export { sortKeyCharacters } from './sort-key.js';
export { parseSort, printSort, reversed } from './sort.js';
export type { Sort, SortTerm } from './sort.js';
export type { SortInput, TypedSortField } from './sort-item.js';
export { AGGREGATE_FUNCTIONS, BUCKETS } from './aggregate/aggregate-query.js';
export type { AggregateFunction, AggregateQuery, Bucket, GroupField } from './aggregate/aggregate-query.js';
export type { AggregateRow, FieldMeasure, Measure } from './aggregate/measure.js';
export { bucketRange } from './aggregate/bucket-key.js';
export { missingAggregateIndexes, pathsOfAggregate } from './aggregate/aggregate-fields.js';
export { finishAggregate, timeZonesOf } from './aggregate/finish-aggregate.js';
export { DEFAULT_GROUPS, parseAggregate } from './aggregate/parse-aggregate.js';
export { CYCLE, CYCLE_START, UTC } from './aggregate/time-zone.js';
export type { TimeZone } from './aggregate/time-zone.js';
