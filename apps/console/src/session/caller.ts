/** The sender of the requests of this tab: the response of `GET /api/v1/caller`. */
export interface Caller {
  /** Id of the tenant whose data the tab shows. */
  tenant: string;
  /** Null if the tenant does not exist any more. */
  tenantName: string | null;
  /** Name of the caller in the history of records. */
  actor: string;
  /** `none` if the server needs no key. */
  credential: 'none' | 'key' | 'token';
  scopes: string[];
  /** Names of the collections that the scopes are restricted to; null if they are not restricted. */
  collections: string[] | null;
}

/** Whether the caller has a scope, for a collection if one is named. What it may not do, the console does not offer. */
export function may({ scopes, collections }: Caller, scope: string, collection?: string): boolean {
  return (
    scopes.includes(scope) && (collection === undefined || collections === null || collections.includes(collection))
  );
}

/** Whether two callers have the same tenant and the same rights, so that views can stay when one replaces the other. */
export function hasSameAccess(one: Caller, other: Caller): boolean {
  return (
    one.tenant === other.tenant &&
    hasSameItems(one.scopes, other.scopes) &&
    hasSameItems(one.collections, other.collections)
  );
}

/** Whether two lists have the same items, in any order. Null is like no other list. */
function hasSameItems(one: readonly string[] | null, other: readonly string[] | null): boolean {
  if (one === null || other === null) return one === other;
  return new Set(one).symmetricDifference(new Set(other)).size === 0;
}

/** Scopes of which a caller needs one to read the settings of collections. */
export const SEES_COLLECTIONS = ['records:read', 'records:write', 'collections:write'] as const;

/** Scopes of which a caller needs one to manage the keys of its tenant. */
export const MANAGES_KEYS = ['keys:write', 'operator'] as const;

/** Whether the caller may read the settings of a collection, or of some collections if none is named. */
export function maySee(caller: Caller, collection?: string): boolean {
  return SEES_COLLECTIONS.some((scope) => may(caller, scope, collection));
}

/** Returns the name under which the console shows the tenant of the caller. */
export function nameOfTenant({ tenant, tenantName }: Caller): string {
  return tenantName ?? tenant;
}
