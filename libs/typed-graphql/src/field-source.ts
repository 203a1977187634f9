import type { ScalarName, ScalarType, ValueType } from '@haven/record-types';

/**
 * Where the value of a typed output field comes from. The schema builder stores it in the `extensions` of each field
 * (`{ haven: FieldSource }`), and selection plans read it there.
 */
export type FieldSource =
  /** A member of the object. */
  | { readonly kind: 'member'; readonly key: string; readonly type: ValueType }
  /** A property of the record itself: `_id`, `_version`, `_createdAt`, `_updatedAt`, `_collection`. */
  | { readonly kind: 'system'; readonly name: 'id' | 'version' | 'createdAt' | 'updatedAt' | 'collection' }
  /** The whole object as JSON: `_data`. */
  | { readonly kind: 'data' }
  /** The record, or the list of records, whose ids a member holds. */
  | { readonly kind: 'reference'; readonly key: string; readonly collection: string; readonly isList: boolean }
  /** The ids that such a member holds: `director_id`, `cast_ids`. */
  | { readonly kind: 'referenceId'; readonly key: string; readonly type: ScalarType; readonly isList: boolean }
  /** A page of the records of `collection` whose member at `path` names this record. */
  | {
      readonly kind: 'referrers';
      readonly collection: string;
      readonly path: readonly string[];
      readonly isList: boolean;
    }
  /** A part of a group of an aggregate: its key, a function, or what the functions ignored. */
  | { readonly kind: 'groupPart' }
  /** The value of a field in such a part. `path` is written as in an aggregate, such as `address.city`. */
  | { readonly kind: 'column'; readonly path: string; readonly scalar: ScalarName }
  /** A field of a connection, an edge, page information or a change, which is read by its name. */
  | { readonly kind: 'property' };

/** The operation of a typed root field, which the schema builder stores in the field's `extensions` too. */
export interface RootField {
  readonly kind: 'root';
  readonly operation:
    'get' | 'getBy' | 'list' | 'aggregate' | 'create' | 'replace' | 'update' | 'delete' | 'upsertBy' | 'changes';
  readonly collection: string;
  /** Name of the unique index of `getBy` and `upsertBy`, and the arguments with its values. */
  readonly key?: { readonly index: string; readonly args: readonly string[] };
}
