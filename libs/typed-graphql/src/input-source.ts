/**
 * Says what a field of a typed input object stands for. The schema builder stores it in the `extensions` of each input
 * field (`{ haven: InputSource }`), and the translation of arguments reads it there.
 */
export type InputSource =
  /**
   * A member of the object. `key` is its key in a document; `path` is the same as a filter and a sort write it, with
   * escapes. `isDateTime` says whether a sort compares its strings as points in time.
   */
  | { readonly kind: 'member'; readonly key: string; readonly path: string; readonly isDateTime: boolean }
  /** A field that every record has: `_id` is `$id` in a filter and in a sort. `_score` is only in a sort. */
  | { readonly kind: 'system'; readonly path: '$id' | '$version' | '$createdAt' | '$updatedAt' | '$score' }
  /** A function of an aggregate: conditions on its values, or an order of them. */
  | { readonly kind: 'function' }
  /** A field of which a function computes values. `path` is written as in an aggregate. */
  | { readonly kind: 'column'; readonly path: string; readonly isDateTime: boolean }
  /** `_and`, `_or`, `_not`: filters of the same type. */
  | { readonly kind: 'logic' }
  /** `_raw`: a filter in Haven's own language. */
  | { readonly kind: 'raw' }
  /** `_some`, `_every`, `_none`: a filter of the elements of a list. */
  | { readonly kind: 'elements' }
  /** An operator such as `_gt`, or `_search`. Its operand stays as it is, or is compared as a point in time. */
  | { readonly kind: 'operator'; readonly isDateTime: boolean };
