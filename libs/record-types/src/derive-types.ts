import type { ReservedNames } from './reserved-names.js';
import type { CollectionSource, TenantTypes } from './tenant-types.js';

/** Derives names and types from the settings of all collections of a tenant. Never throws, whatever the schemas are. */
export function deriveTypes(sources: readonly CollectionSource[], reserved: ReservedNames): TenantTypes {
  void [sources, reserved];
  return { hash: '', collections: new Map() };
}
