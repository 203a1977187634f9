import { pluralize, singularize } from 'inflection';

import type { CollectionSource, TenantTypes } from '@haven/record-types';

import { pascalCase } from './component-names.js';

/** The names of a collection in OpenAPI. */
export interface OpenApiNames {
  /** One record: `Movie`. */
  readonly one: string;
  /** Several records: `Movies`. */
  readonly many: string;
  /** Suffixes of the operations by unique indexes, by the names of the indexes: `ByImdbId`. */
  readonly keys: ReadonlyMap<string, string>;
}

/** operationIds that do not follow from the generic one. */
const IDS: Readonly<Record<string, (names: OpenApiNames) => string>> = {
  records: ({ many }) => `list${many}`,
  record: ({ one }) => `get${one}`,
  recordBy: ({ one }) => `get${one}`,
  patchRecord: ({ one }) => `update${one}`,
  patchRecordBy: ({ one }) => `update${one}`,
  deleteRecordBy: ({ one }) => `delete${one}`,
  recordHistory: ({ one }) => `list${one}Versions`,
  aggregate: ({ many }) => `aggregate${many}`,
  recordVersion: ({ one }) => `get${one}Version`,
};

/** Returns the operationId for a collection: `createMovie` for `createRecord`, `queryMovies` for `queryRecords`. */
export function operationIdOf(generic: string, names: OpenApiNames, key = ''): string {
  const { one, many } = names;
  const named = IDS[generic]?.(names) ?? generic.replace('Records', many).replace('Record', one);
  return (named === generic ? `${generic}Of${many}` : named) + key;
}

/** Returns the names of the components of a collection. */
export function componentsOf({ one, many }: Pick<OpenApiNames, 'one' | 'many'>) {
  return {
    record: `${one}Record`,
    page: `${one}Page`,
    created: `New${one}`,
    replacement: `${one}Replacement`,
    patch: `${one}RecordPatch`,
    query: `${one}Query`,
    aggregate: `${one}AggregateQuery`,
    update: `${many}Update`,
    deletion: `${many}Deletion`,
    exported: `${many}Export`,
  } as const;
}

/**
 * Names all collections of a tenant, so that no two operations and no two components have the same name. The names are
 * those of the tenant's GraphQL types where there are any. They depend on all collections, also on those that the
 * caller may not see, so that they are equal for all callers.
 * `taken` contains the operationIds and components of the generic document, and `operations` its operations on records.
 */
export function nameCollections(
  sources: readonly CollectionSource[],
  types: TenantTypes,
  { taken, operations }: { taken: ReadonlySet<string>; operations: readonly string[] },
): Map<string, OpenApiNames> {
  const claimed = new Set(taken);
  return new Map(
    inOrder(sources, types).map(({ source, one, many }) => {
      for (let attempt = 0; ; attempt += 1) {
        const suffix = attempt === 0 ? '' : `Record${attempt === 1 ? '' : attempt}`;
        const stems = suffix === '' ? { one, many } : { one: one + suffix, many: `${one + suffix}s` };
        const names = { ...stems, keys: keySuffixes(source, types) };
        const all = allNames(names, operations);
        if (all.some((name) => claimed.has(name))) continue;
        for (const name of all) claimed.add(name);
        return [source.name, names] as const;
      }
    }),
  );
}

/** Sorts the collections so that GraphQL's names come first, and `Movie` before `MovieRecord`. */
function inOrder(sources: readonly CollectionSource[], types: TenantTypes) {
  const isUntyped = ({ name }: CollectionSource): number => Number(!types.collections.get(name)?.typed);
  return sources
    .map((source) => ({ source, ...stemsOf(source, types) }))
    .toSorted(
      (a, b) =>
        isUntyped(a.source) - isUntyped(b.source) ||
        a.one.length - b.one.length ||
        (a.source.name < b.source.name ? -1 : 1),
    );
}

function stemsOf({ name }: CollectionSource, { collections }: TenantTypes): { one: string; many: string } {
  const typed = collections.get(name)?.typed?.names;
  if (typed) return { one: typed.type, many: typed.many.charAt(0).toUpperCase() + typed.many.slice(1) };
  const one = pascalCase(singularize(name));
  const many = pascalCase(pluralize(name));
  return { one, many: many === one ? `${one}List` : many };
}

/** Returns every operationId and component that a collection with these names can have. */
function allNames(names: OpenApiNames, operations: readonly string[]): string[] {
  const { one } = names;
  const suffixes = ['', ...names.keys.values()];
  return [
    ...operations.flatMap((operation) => suffixes.map((suffix) => operationIdOf(operation, names, suffix))),
    ...Object.values(componentsOf(names)),
    ...['', 'Input', 'Patch', 'Filter'].map((suffix) => one + suffix),
  ];
}

function keySuffixes({ name, uniqueIndexes }: CollectionSource, types: TenantTypes): Map<string, string> {
  const typed = types.collections.get(name)?.typed?.keys ?? [];
  const suffixes = new Map<string, string>();
  for (const { name: index, paths } of uniqueIndexes) {
    const known = typed.find((key) => key.index === index)?.suffix;
    const derived = paths.map((path) => path.map(pascalCase).join('')).join('And') || 'Key';
    const used = new Set(suffixes.values());
    const base = `By${known ?? derived}`;
    let suffix = base;
    for (let number = 2; used.has(suffix); number += 1) suffix = `${base}${number}`;
    suffixes.set(index, suffix);
  }
  return suffixes;
}
