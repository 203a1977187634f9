import canonicalize from 'canonicalize';

import { inexactNumbersIn, invalid, Precondition } from '@haven/kernel';
import type { JsonObject } from '@haven/kernel';

import type { CacheSettings } from './cache-settings.js';
import { companionIndexes } from './companion-index.js';
import { declarationOf, legacyIndexes } from './declared-index.js';
import type { DeclaredIndex, IndexDeclaration, LegacyIndex } from './declared-index.js';
import { searchDeclarationOf } from './declared-search.js';
import type { DeclaredSearch, SearchDeclaration } from './declared-search.js';
import type { History } from './history.js';
import { referencesOf } from './reference.js';
import type { Reference, Referrer } from './reference.js';

/** The records to which a changed schema applies: `all` records, or only those written from now on (`new`). */
export type Enforcement = 'all' | 'new';

/** The settings of a collection that clients can change. */
export interface CollectionSettings {
  description: string | null;
  schema: JsonObject | null;
  /** The schema as the client wrote it, which is returned; null if only its value is known. */
  schemaText: string | null;
  enforce: Enforcement;
  requirePrecondition: boolean;
  cache: CacheSettings | null;
  indexes: readonly IndexDeclaration[];
  search: SearchDeclaration | null;
  history: History | null;
}

const NAME = /^[a-z][a-z0-9_-]{0,62}$/;

/** A named set of records with its settings. Every change to the settings creates a new revision. */
export class Collection {
  /**
   * Number assigned by the database, or 0 until the collection is stored. Records and events refer to this number
   * instead of the name, so that a new collection can reuse the name of a deleted one.
   */
  id = 0;
  name = '';
  revision = 1;
  description: string | null = null;
  schema: JsonObject | null = null;
  /** The schema as the client wrote it. Read `currentSchemaText` instead. */
  schemaText: string | null = null;
  /**
   * The revision that `schemaText` belongs to. A process of an earlier version of Haven changes the schema and the
   * revision, but not the text.
   */
  schemaTextRevision: number | null = null;
  enforce: Enforcement = 'all';
  requirePrecondition = false;
  cache: CacheSettings | null = null;
  /** When `cache` last changed, or null if it never has. */
  cacheChangedAt: Date | null = null;
  declaredIndexes: DeclaredIndex[] = [];
  /** The indexes as a process of the previous release reads and changes them. Read `declaredIndexes` instead. */
  indexes: LegacyIndex[] = [];
  /** The declared search; null if there is none. */
  search: DeclaredSearch | null = null;
  /** The references of collections that name this one. */
  referrers: Referrer[] = [];
  history: History | null = null;
  createdAt = new Date(0);
  updatedAt = new Date(0);
  deletedAt: Date | null = null;

  /** Creates a collection with revision 1. The name must match `[a-z][a-z0-9_-]{0,62}`. */
  static create(name: string, settings: CollectionSettings, at: Date): Collection {
    if (!NAME.test(name)) {
      throw invalid(
        'VALIDATION_FAILED',
        '/name',
        'Must be 1 to 63 characters of a-z, 0-9, _ and -, starting with a letter',
      );
    }
    const collection = new Collection();
    collection.name = name;
    collection.apply(settings, at);
    collection.createdAt = collection.updatedAt = at;
    return collection;
  }

  /**
   * Replaces all settings, and increases the revision. Returns false, and changes nothing, if the settings are equal to
   * the current ones in canonical form (RFC 8785), and the schema also in its text, if it has one. An index that failed
   * is a change, because it is built again, and so is a reference without its index.
   */
  revise(settings: CollectionSettings, precondition: Precondition, at: Date): boolean {
    precondition.check(this.revision);
    const changed = this.withKnownText(settings);
    const isWhole = this.declaredIndexes.every(({ state }) => state !== 'failed') && this.hasCompanions;
    if (isWhole && canonicalize(changed) === canonicalize(this.settings())) return false;
    this.revision += 1;
    this.apply(changed, at);
    this.updatedAt = at;
    return true;
  }

  /**
   * Stores which references of another collection name this one, and increases the revision if that is a change:
   * processes that have cached the settings must not delete records without looking for those that refer to them.
   * Returns whether it is a change.
   */
  refer(from: string, references: readonly Reference[], at: Date): boolean {
    const referrers = this.referrersWith(from, references);
    if (canonicalize(referrers) === canonicalize(this.referrers)) return false;
    this.referrers = referrers;
    if (this.schemaTextRevision === this.revision) this.schemaTextRevision += 1;
    this.revision += 1;
    this.updatedAt = at;
    return true;
  }

  /** Marks the collection as deleted, so that its name can be reused. */
  delete(precondition: Precondition, at: Date): void {
    precondition.check(this.revision);
    this.deletedAt = at;
  }

  /** The schema as the client wrote it, or null if only its value is known. */
  get currentSchemaText(): string | null {
    return this.schemaTextRevision === this.revision ? this.schemaText : null;
  }

  /** The references that the schema declares. */
  get references(): Reference[] {
    return referencesOf(this.schema);
  }

  /** Whether every reference has the index that finds its links. An older process can store references without one. */
  get hasCompanions(): boolean {
    return companionIndexes(this.references, this.declaredIndexes).length === 0;
  }

  /** The ids of what a background job builds: the indexes and the search. */
  get buildIds(): number[] {
    const indexes = this.declaredIndexes.map(({ id }) => id);
    return this.search ? [...indexes, this.search.id] : indexes;
  }

  /** Returns the current settings. */
  settings(): CollectionSettings {
    const { declaredIndexes, description, schema, enforce, requirePrecondition, cache, history } = this;
    const indexes = declaredIndexes.filter(({ reference }) => !reference).map(declarationOf);
    const schemaText = this.currentSchemaText;
    const search = this.search && searchDeclarationOf(this.search);
    return { description, schema, schemaText, enforce, requirePrecondition, cache, indexes, search, history };
  }

  /** Adds the known text of the schema to settings that only have its value, if the value is that of the text. */
  private withKnownText(settings: CollectionSettings): CollectionSettings {
    const text = this.currentSchemaText;
    if (settings.schemaText !== null || text === null) return settings;
    const isSame = canonicalize(settings.schema) === canonicalize(this.schema) && inexactNumbersIn(text).size === 0;
    return isSame ? { ...settings, schemaText: text } : settings;
  }

  private apply({ indexes, search, ...settings }: CollectionSettings, at: Date): void {
    if (settings.cache?.maxAge !== this.cache?.maxAge) this.cacheChangedAt = at;
    Object.assign(this, settings);
    this.schemaTextRevision = settings.schemaText === null ? null : this.revision;
    const companions = companionIndexes(this.references, indexes);
    this.declaredIndexes = [
      ...indexes.map((index) => this.declared(index)),
      ...companions.map((index) => ({ ...this.declared(index), reference: true as const })),
    ];
    this.indexes = legacyIndexes(this.declaredIndexes);
    this.search = search && this.declaredSearch(search);
    this.referrers = this.referrersWith(this.name, this.references);
  }

  private referrersWith(from: string, references: readonly Reference[]): Referrer[] {
    const own = references.filter(({ collection }) => collection === this.name);
    return [
      ...this.referrers.filter(({ collection }) => collection !== from),
      ...own.map(({ path, onDelete }) => ({ collection: from, path, onDelete })),
    ];
  }

  /** Returns the existing search if it has this declaration, or a new one. */
  private declaredSearch(search: SearchDeclaration): DeclaredSearch {
    const isSame = this.search && canonicalize(searchDeclarationOf(this.search)) === canonicalize(search);
    return isSame && this.search ? this.search : { ...search, id: 0, state: 'building', builtWith: 0 };
  }

  /** Returns the existing index with this declaration, unless it failed, or a new one. */
  private declared(index: IndexDeclaration): DeclaredIndex {
    const text = canonicalize(declarationOf(index));
    const existing = this.declaredIndexes.find(
      (known) => known.state !== 'failed' && canonicalize(declarationOf(known)) === text,
    );
    if (!existing) return { ...index, id: 0, state: 'building' };
    const { reference: _, ...known } = existing;
    return known;
  }
}
