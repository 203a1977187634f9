export type {
  CollectionNames,
  CollectionSource,
  CollectionTypes,
  Referrer,
  TenantTypes,
  TypedCollection,
  UniqueKey,
  UntypedPart,
} from './tenant-types.js';
export type { EnumValues, Member, ObjectType, ScalarName, ScalarType, UnionType, ValueType } from './value-type.js';
