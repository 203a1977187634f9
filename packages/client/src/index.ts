export { createClient } from './client.js';
export type {
  AggregateOptions,
  AggregatePath,
  Aggregation,
  Bucket,
  Computation,
  GroupBy,
  Having,
} from './aggregate.js';
export type { ChangesPageOptions, GraphqlDocument, GraphqlOptions, HavenClient } from './client.js';
export type { BatchOperation, BatchOperations, BatchOptions, BatchResult, BatchResults, BatchTarget } from './batch.js';
export type { Change, ChangeFeed, ChangeIn, ChangePage, FeedOptions, FeedStatus } from './change.js';
export type { Collection, HistoryOptions, Target } from './collection.js';
export { ConflictError, ConnectionError, HavenError } from './error.js';
export type { Problem, Violation } from './error.js';
export type { ErrorCode } from './error-codes.js';
export type { AnyCondition, Condition, SearchWhere, StringOperand, Where } from './filter.js';
export type { List, Page } from './list.js';
export type {
  ChangeOptions,
  ClientOptions,
  CreateOptions,
  GetOptions,
  ListOptions,
  ReadOptions,
  ReplaceOptions,
  RequestOptions,
  RetryOptions,
  VersionedChangeOptions,
} from './options.js';
export type { Expanded, ExpandPath, PartialData, Path, Read, SortField, SortPath } from './paths.js';
export type {
  Changed,
  ChangeType,
  DryRun,
  DryRunChange,
  ExpandedRecord,
  HavenRecord,
  MergePatch,
  PatchOperation,
  RecordVersion,
} from './record.js';
export type {
  AnySchema,
  CollectionName,
  CollectionTypes,
  DataOf,
  InputOf,
  JsonObject,
  ReferencesOf,
  SchemaShape,
  UniqueKeysOf,
} from './schema.js';
export type { HavenRequest } from './transport.js';
