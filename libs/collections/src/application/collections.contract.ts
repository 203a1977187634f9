import { ID, Int } from '@nestjs/graphql';

import { DateTime, Expose, JsonObjectScalar, Output } from '@haven/api';
import { RawJson } from '@haven/kernel';
import type { Access, JsonObject } from '@haven/kernel';
import type { TenantTypes } from '@haven/record-types';

import type { Collection } from '../domain/collection.js';
import { referenceState } from '../domain/companion-index.js';
import type { BuildProgresses } from '../domain/index-builds.js';
import { schemaWarnings } from '../domain/schema-warnings.js';
import { CollectionGraphqlView } from './graphql.contract.js';
import { CacheView, HistoryView } from './history-and-cache.contract.js';
import { IndexDuplicatesView, IndexView } from './indexes.contract.js';
import { SearchView } from './search.contract.js';
import { DanglingLinksView, ReferenceView, ReferrerView } from './references.contract.js';

/** Stored records that violate a schema. */
@Output('BreakingRecords', 'Stored records that violate the schema.')
export class BreakingRecordsView {
  @Expose('Number of these records.', { as: Int })
  count!: number;

  @Expose('Ids of the first 20 of them.', { as: [ID] })
  ids!: string[];
}

/** Something in the settings of a collection that has no effect. */
@Output('CollectionWarning', 'Something in the settings of a collection that has no effect.')
export class CollectionWarningView {
  @Expose('`KEYWORD_IGNORED`: a keyword of the schema that has no effect.', {
    schema: { enum: ['KEYWORD_IGNORED'] },
  })
  code!: string;

  @Expose('What has no effect, and what would.')
  detail!: string;

  @Expose('JSON Pointer to it in the settings.', { schema: { example: '/schema/properties/email/x-unique' } })
  pointer!: string;
}

/** A collection as both APIs return it. */
@Output('Collection', 'A named set of records and its settings.')
export class CollectionView {
  @Expose('Name of the collection.', { schema: { example: 'movies' } })
  name: string;

  @Expose('Revision of the settings, starting at 1; increases with every change. Also used as the ETag.', {
    as: Int,
    schema: { minimum: 1 },
  })
  revision: number;

  @Expose('Description for human readers.', { as: String, nullable: true })
  description: string | null;

  @Expose("JSON Schema of the records' `data`, or null if any JSON object is allowed.", {
    as: JsonObjectScalar,
    nullable: true,
  })
  schema: JsonObject | RawJson | null;

  @Expose('To which records a changed schema applies: `all` or `new`.', { schema: { enum: ['all', 'new'] } })
  enforce: string;

  @Expose('Whether changing or deleting a record requires `If-Match` (`expectedVersion`).')
  requirePrecondition: boolean;

  @Expose('How records are cached; null if every read is from the database.', { as: CacheView, nullable: true })
  cache: CacheView | null;

  @Expose('Declared indexes.', { as: [IndexView] })
  indexes: IndexView[];

  @Expose('What `_search` in filters searches; null if nothing.', { as: SearchView, nullable: true })
  search: SearchView | null;

  @Expose('References to records of other collections, or of this one, that the schema declares.', {
    as: [ReferenceView],
  })
  references: ReferenceView[];

  @Expose('References to records of this collection; only those of collections that the API key may see.', {
    as: [ReferrerView],
  })
  referencedBy: ReferrerView[];

  @Expose('Which older versions of records are kept; null if all are kept.', { as: HistoryView, nullable: true })
  history: HistoryView | null;

  @Expose('What has no effect in the settings.', { as: [CollectionWarningView] })
  warnings: CollectionWarningView[];

  @Expose('How the collection appears in the GraphQL schema.', { as: CollectionGraphqlView })
  graphql: CollectionGraphqlView;

  @Expose('When the collection was created.', { as: DateTime })
  createdAt: string;

  @Expose('When the settings last changed.', { as: DateTime })
  updatedAt: string;

  @Expose('Values that several records have in indexes that are to be unique; only in the response to a dry run.', {
    as: [IndexDuplicatesView],
    optional: true,
  })
  duplicates?: IndexDuplicatesView[];

  @Expose('Stored records that violate the schema; only in the response to a dry run.', {
    as: BreakingRecordsView,
    optional: true,
  })
  breaking?: BreakingRecordsView;

  @Expose(
    'References whose values in stored records are not ids of existing records; only in the response to a dry run.',
    { as: [DanglingLinksView], optional: true },
  )
  dangling?: DanglingLinksView[];

  /** `builds` is the progress of the indexes that are being built, by their id. */
  constructor(collection: Collection, access: Access, types: TenantTypes, builds?: BuildProgresses) {
    this.name = collection.name;
    this.revision = collection.revision;
    this.description = collection.description;
    const text = collection.currentSchemaText;
    this.schema = text === null ? collection.schema : new RawJson(text);
    this.enforce = collection.enforce;
    this.requirePrecondition = collection.requirePrecondition;
    this.cache = collection.cache && new CacheView(collection.cache);
    const declared = collection.declaredIndexes.filter(({ reference }) => !reference);
    this.indexes = declared.map((index) => new IndexView(index, builds?.get(index.id)));
    this.search = collection.search && new SearchView(collection.search, builds?.get(collection.search.id));
    this.references = collection.references.map(
      (reference) => new ReferenceView(reference, referenceState(reference, collection.declaredIndexes)),
    );
    const visible = collection.referrers.filter((referrer) => access.collections?.has(referrer.collection) ?? true);
    this.referencedBy = visible.map((referrer) => new ReferrerView(referrer));
    this.history = collection.history && new HistoryView(collection.history);
    this.warnings = schemaWarnings(collection.schema);
    this.graphql = new CollectionGraphqlView(types.collections.get(collection.name));
    this.createdAt = collection.createdAt.toISOString();
    this.updatedAt = collection.updatedAt.toISOString();
  }
}
