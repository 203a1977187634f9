import type { CollectionSource } from '@haven/record-types';

import type { Collection } from './collection.js';
import { indexNameOf } from './declared-index.js';
import type { DeclaredIndex } from './declared-index.js';
import { referencesOf } from './reference.js';

/** The settings of a collection from which its types are derived, at one revision. */
export interface TypeSource {
  readonly id: number;
  readonly revision: number;
  readonly source: CollectionSource;
  /** Length of the schema as it is stored, in bytes; 0 if the settings do not come from a row. */
  readonly size: number;
}

/** The part of a collection from which its types are derived. */
export type TypedSettings = Pick<
  Collection,
  'id' | 'revision' | 'name' | 'description' | 'schema' | 'declaredIndexes' | 'search'
>;

/** Returns what the types of a collection are derived from. */
export function typeSourceOf(settings: TypedSettings): TypeSource {
  const { id, revision, name, description, schema, declaredIndexes, search } = settings;
  const references = referencesOf(schema).map(({ path, collection }) => ({ path, collection }));
  const isSearchable = search !== null;
  const source = { name, description, schema, uniqueIndexes: uniqueIndexes(declaredIndexes), references, isSearchable };
  return { id, revision, source, size: 0 };
}

function uniqueIndexes(indexes: readonly DeclaredIndex[]): CollectionSource['uniqueIndexes'] {
  const declared = indexes.filter(({ reference }) => !reference);
  return declared.flatMap((index, position) => {
    const paths = index.members.flatMap(({ path }) => (path ? [path] : []));
    const isKey = index.unique && index.state !== 'failed' && paths.length === index.members.length;
    return isKey ? [{ name: indexNameOf(index), paths, position }] : [];
  });
}
