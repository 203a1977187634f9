import { createHash } from 'node:crypto';

import { draftOf } from './collection-draft.js';
import type { CollectionDraft } from './collection-draft.js';
import { statesName } from './collection-names.js';
import { NameClaims } from './name-claims.js';
import { keepReferences } from './references-in-record.js';
import { referrersByTarget } from './referrers.js';
import type { ReservedNames } from './reserved-names.js';
import type {
  CollectionSource,
  CollectionTypes,
  TenantTypes,
  TypedCollection,
  UniqueKey,
  UntypedPart,
} from './tenant-types.js';

/** Maximum number of notes on one collection. */
const MOST_NOTES = 50;

/**
 * Derives names and types from the settings of all collections of a tenant. Never throws, whatever the schemas are.
 * Settings that were passed before, as the same object, cost almost nothing.
 */
export function deriveTypes(sources: readonly CollectionSource[], reserved: ReservedNames): TenantTypes {
  const drafts = sources.map((source) => ({ source, draft: draftOf(source) })).toSorted(byPrecedence);
  const notes = new Map(drafts.map(({ source, draft }) => [source.name, [...draft.notes]]));
  const typed = typedCollections(drafts, new NameClaims(reserved), notes);
  const linked = new Map(linkedCollections(typed).map((one) => [one.collection, one]));
  const collections = drafts
    .toSorted(byCollectionName)
    .map(({ source: { name } }): [string, CollectionTypes] => [
      name,
      { collection: name, typed: linked.get(name) ?? null, untyped: (notes.get(name) ?? []).slice(0, MOST_NOTES) },
    ]);
  const digests = drafts.map(({ draft }) => draft.digest).join();
  return { hash: createHash('sha256').update(digests).digest('base64url'), collections: new Map(collections) };
}

interface Drafted {
  readonly source: CollectionSource;
  readonly draft: CollectionDraft;
}

/** Gives the names to collections in the order of precedence. Their age plays no part. */
function typedCollections(
  drafts: readonly Drafted[],
  claims: NameClaims,
  notes: ReadonlyMap<string, UntypedPart[]>,
): TypedCollection[] {
  const named = drafts.flatMap(({ source, draft: { names, record, keys } }) => {
    const taken = record && claims.claimCollection(names);
    if (taken !== null) notes.get(source.name)?.unshift(nameIsTaken(taken));
    const { name: collection, isSearchable = false } = source;
    return record && taken === null ? [{ collection, names, record, keys, isSearchable }] : [];
  });
  const keyed = named.map(({ keys: located, ...collection }) => {
    const keys: UniqueKey[] = [];
    for (const { key, pointer } of located) {
      const taken = claims.claimKey(collection.names, key.suffix);
      if (taken === null) keys.push(key);
      else
        notes
          .get(collection.collection)
          ?.push({ pointer, detail: `The name \`${taken}\` is taken, so no field finds records by it.` });
    }
    return { ...collection, keys };
  });
  return keyed.map((collection) => {
    const taken = claims.claimAggregate(collection.names);
    if (taken !== null)
      notes
        .get(collection.collection)
        ?.push({ pointer: '/schema', detail: `The name \`${taken}\` is taken, so no field groups the records.` });
    return { ...collection, hasAggregate: taken === null, referrers: [] };
  });
}

/** Adds the ways back from the targets of references. A reference to a collection without types is a plain id. */
function linkedCollections(typed: readonly TypedCollection[]): TypedCollection[] {
  const names = new Set(typed.map(({ collection }) => collection));
  const kept = typed.map((one) => ({ ...one, record: keepReferences(one.record, (target) => names.has(target)) }));
  const referrers = referrersByTarget(kept.toSorted((one, other) => compare(one.collection, other.collection)));
  return kept.map((one) => ({ ...one, referrers: referrers.get(one.collection) ?? [] }));
}

function nameIsTaken(name: string): UntypedPart {
  return {
    pointer: '/schema',
    detail:
      `The name \`${name}\` is taken, so the records have no type. Give the collection other names, such as ` +
      '`"x-haven-name": {"one": "film", "many": "films"}`.',
  };
}

/**
 * A collection whose names follow from its own precedes one whose schema states them, so that a new collection cannot
 * take the names of another one. Then the shorter name of a type precedes the longer one, because the names that are
 * derived from `Movie` contain it: a collection `create-movies` does not take `createMovie`.
 */
function byPrecedence(one: Drafted, other: Drafted): number {
  const [type, otherType] = [one.draft.names.type, other.draft.names.type];
  return (
    Number(statesName(one.source)) - Number(statesName(other.source)) ||
    type.length - otherType.length ||
    compare(type, otherType) ||
    byCollectionName(one, other)
  );
}

function byCollectionName(one: Drafted, other: Drafted): number {
  return compare(one.source.name, other.source.name);
}

/** Compares by code units, so that the order depends on no language. */
function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
