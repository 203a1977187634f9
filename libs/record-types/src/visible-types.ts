import { createHash } from 'node:crypto';

import type { Access } from '@haven/kernel';

import { keepReferences } from './references-in-record.js';
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
export function visibleTypes({ hash, collections }: TenantTypes, access: Access): VisibleTypes {
  const isReadable = (collection: string) => access.allows('records:read', collection);
  const visible = [...collections.values()].flatMap(({ collection, typed }) => {
    const rights = {
      canRead: isReadable(collection),
      canWrite: access.allows('records:write', collection),
      canFollow: access.allows('changes:read', collection),
    };
    const isVisible = rights.canRead || rights.canWrite || rights.canFollow;
    return typed && isVisible ? [{ types: readableLinks(typed, isReadable), ...rights }] : [];
  });
  const rights = visible.map(({ types, canRead, canWrite, canFollow }) => [
    types.collection,
    canRead,
    canWrite,
    canFollow,
  ]);
  const key = createHash('sha256')
    .update(JSON.stringify([hash, rights]))
    .digest('base64url');
  return { key, collections: visible };
}

function readableLinks(types: TypedCollection, isReadable: (collection: string) => boolean): TypedCollection {
  const record = keepReferences(types.record, isReadable);
  const referrers = types.referrers.filter(({ collection }) => isReadable(collection));
  return record === types.record && referrers.length === types.referrers.length
    ? types
    : { ...types, record, referrers };
}
