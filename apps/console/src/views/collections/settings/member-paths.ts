import type { CollectionView } from '../../../api/types.js';
import { schemaColumns } from '../../../columns/schema-columns.js';

/** Returns the paths of the members that the schema of a collection declares. */
export function memberPaths(collection: CollectionView): string[] {
  return schemaColumns(collection).map(({ path }) => path);
}
