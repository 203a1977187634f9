import type { CollectionView } from '../../../api/types.js';

type DeclaredIndex = Pick<CollectionView['indexes'][number], 'paths' | 'unique' | 'caseless' | 'type'>;
type Settings = Pick<
  CollectionView,
  'description' | 'schema' | 'enforce' | 'requirePrecondition' | 'cache' | 'history'
> & {
  indexes: DeclaredIndex[];
  search: SearchDeclaration | null;
};
type SearchDeclaration = Pick<NonNullable<CollectionView['search']>, 'paths' | 'language'>;

/** Returns the settings of a collection, without what the server adds to them. */
export function settingsOf(collection: CollectionView): Settings {
  const { description, schema, enforce, requirePrecondition, cache, history } = collection;
  return {
    description,
    schema,
    enforce,
    indexes: collection.indexes.map(declarationOf),
    search: searchDeclaration(collection),
    requirePrecondition,
    cache,
    history,
  };
}

/** Returns an index without its state. */
export function declarationOf({ paths, unique, caseless, type }: CollectionView['indexes'][number]): DeclaredIndex {
  return { paths, unique, caseless, type };
}

/** Returns a search without its state. */
export function searchDeclaration({ search }: CollectionView): SearchDeclaration | null {
  return search && { paths: search.paths, language: search.language };
}
