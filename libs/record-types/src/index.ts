export { prepareTypes } from './collection-draft.js';
export { deriveTypes } from './derive-types.js';
export { genericNames } from './reserved-names.js';
export type {
  CollectionSource,
  CollectionTypes,
  Referrer,
  TenantTypes,
  TypedCollection,
  UniqueKey,
  UntypedPart,
} from './tenant-types.js';
export type { EnumValues, Member, ObjectType, ScalarName, ScalarType, UnionType, ValueType } from './value-type.js';
export { visibleTypes } from './visible-types.js';
export type { VisibleCollection, VisibleTypes } from './visible-types.js';
