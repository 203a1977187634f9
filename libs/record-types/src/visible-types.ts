import type { Access } from '@haven/kernel';

import type { TenantTypes, TypedCollection } from './tenant-types.js';

/** The types that a caller can use, and for what. */
export interface VisibleTypes {
  /** Equal for callers who can use the same types for the same operations. */
  readonly key: string;
  /** In the order of their names. */
  readonly collections: readonly VisibleCollection[];
}

export interface VisibleCollection {
  /**
   * Without references and referrers whose records the caller cannot read: such a reference is a plain id. The names
   * of types and fields do not depend on the caller.
   */
  readonly types: TypedCollection;
  /** `records:read` */
  readonly canRead: boolean;
  /** `records:write` */
  readonly canWrite: boolean;
  /** `changes:read` */
  readonly canFollow: boolean;
}

/** Returns the part of a tenant's types that a caller can use. */
export function visibleTypes(types: TenantTypes, access: Access): VisibleTypes {
  void [types, access];
  return { key: '', collections: [] };
}
