import type { JsonObject } from '@haven/kernel';

import type { ObjectType, ScalarName } from './value-type.js';

/** The settings of a collection from which its types are derived; nothing that its records contain. */
export interface CollectionSource {
  readonly name: string;
  readonly description: string | null;
  readonly schema: JsonObject | null;
  readonly uniqueIndexes: readonly UniqueIndexSource[];
  readonly references: readonly ReferenceSource[];
  /** Whether the collection declares a search index. */
  readonly isSearchable?: boolean;
  /** Whether `schema` is null only because the schemas of all collections are too long together. */
  readonly isOmitted?: boolean;
}

export interface UniqueIndexSource {
  /** Name of the index: its paths, joined by commas. */
  readonly name: string;
  readonly paths: readonly (readonly string[])[];
  /** Position in the collection's `indexes`, from 0. */
  readonly position: number;
}

/** A member, at a path of plain `properties`, that holds ids of records of `collection`. */
export interface ReferenceSource {
  readonly path: readonly string[];
  readonly collection: string;
}

/** The types of all collections of a tenant. */
export interface TenantTypes {
  /** Equal for equal collections, whichever tenant has them. */
  readonly hash: string;
  /** By the names of the collections. */
  readonly collections: ReadonlyMap<string, CollectionTypes>;
}

/** The types and names of one collection. */
export interface CollectionTypes {
  readonly collection: string;
  /** Null if the collection has no types, so that only the generic operations apply to it. */
  readonly typed: TypedCollection | null;
  /** The parts of the settings that have no type, and the reasons. */
  readonly untyped: readonly UntypedPart[];
}

export interface UntypedPart {
  /** JSON Pointer in the collection's settings, such as `/schema/properties/address` or `/indexes/0`. */
  readonly pointer: string;
  readonly detail: string;
}

/**
 * A collection with types. No name in it is one of the generic schema, nor of a type that all typed schemas have:
 * those of operators (`StringFilter` …), `SortOrder`, `SafeInt`, `TypedResult`.
 */
export interface TypedCollection {
  readonly collection: string;
  readonly names: CollectionNames;
  /** The type of the records. */
  readonly record: ObjectType;
  readonly keys: readonly UniqueKey[];
  /** Whether a field groups the records: `moviesAggregate`. It is false if the name of another collection is in use. */
  readonly hasAggregate: boolean;
  /** Whether the collection declares a search index, so that filters can search it and lists be sorted by score. */
  readonly isSearchable: boolean;
  /** References of other collections, or of this one, that name records of this collection. */
  readonly referrers: readonly Referrer[];
}

export interface CollectionNames {
  /** `Movie` */
  readonly type: string;
  /** `movie` */
  readonly one: string;
  /** `movies`; `newsList` if the plural is equal to the singular. */
  readonly many: string;
}

/** A unique index by which a record can be named. */
export interface UniqueKey {
  /** Name of the index. */
  readonly index: string;
  /** Suffix of the field names: `ImdbId` in `movieByImdbId`, `TitleAndYear` for two paths. */
  readonly suffix: string;
  /** An argument for each path of the index, in their order. */
  readonly parts: readonly KeyPart[];
}

export interface KeyPart {
  /** Name of the argument: `imdbId`. */
  readonly name: string;
  readonly path: readonly string[];
  readonly scalar: ScalarName;
}

/** A reference, seen from the collection that it names. */
export interface Referrer {
  /**
   * Names of the field that lists the referring records: `moviesByDirector`, and also `movies` if the collection refers
   * to this one by a single member.
   */
  readonly names: readonly string[];
  /** The collection whose records refer to those of this one. */
  readonly collection: string;
  readonly path: readonly string[];
  /** Whether the member is a list of ids. */
  readonly isList: boolean;
}
