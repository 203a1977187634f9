import { Allow, IsArray, IsBoolean, IsIn, IsString, MaxLength, ValidateIf } from 'class-validator';
import { ID, Int } from '@nestjs/graphql';

import { DateTime, Expose, Input, JsonObjectScalar, Output } from '@haven/api';
import type { JsonObject } from '@haven/kernel';

import type { Collection, CollectionSettings } from '../domain/collection.js';
import { cacheOf } from '../domain/cache-settings.js';
import type { CacheSettings } from '../domain/cache-settings.js';
import { historyOf } from '../domain/history.js';
import type { History } from '../domain/history.js';

const PATH = 'paths of member names joined by dots; a backslash makes the next character part of the name';
const SCHEMA_EXAMPLE = { type: 'object', required: ['Title'], properties: { Title: { type: 'string' } } };

const KEEP = 'Kept are at least so many of the newest versions, 1 or more.';
const FOR =
  'Kept is at least what was superseded since so long: a whole number with `d`, `h` or `m` (days, hours, minutes).';
const HISTORY =
  'Which older versions of records are kept: one goes when every limit that is given has passed, the newest never. At least one of `keep` and `for`, always set together; null keeps all.';

const MAX_AGE =
  'The greatest age of a cached record that is served: a whole number with `ms`, `s`, `m` or `h` (milliseconds, seconds, minutes, hours), at most 1 h.';
const MAX_AGE_SCHEMA = { pattern: '^[1-9][0-9]{0,6}(ms|s|m|h)$', example: '2s' };

/** How records are cached. */
@Input('CacheSettings', 'How records are cached.')
export class CacheInput {
  @Expose(MAX_AGE, { schema: MAX_AGE_SCHEMA })
  maxAge!: string;
}

/** Which older versions of records are to be kept. */
@Input('HistorySettings', 'Which older versions of records are kept.')
export class HistoryInput {
  @Expose(KEEP, { as: Int, optional: true, nullable: true, schema: { minimum: 1, example: 10 } })
  keep?: number | null;

  @Expose(FOR, {
    as: String,
    optional: true,
    nullable: true,
    schema: { pattern: '^[1-9][0-9]{0,5}[dhm]$', example: '90d' },
  })
  for?: string | null;
}

/** What may be set about a collection. Absent members of a change leave the setting alone; null clears. */
@Input('CollectionSettings', 'What may be set about a collection. Left out: as it is (in a change) or the default.')
export class CollectionSettingsInput {
  @Expose('For people; at most 1,000 characters.', { as: String, optional: true, nullable: true })
  @ValidateIf((_, value) => value !== null)
  @IsString()
  @MaxLength(1_000)
  description?: string | null;

  @Expose(
    "JSON Schema (2020-12, or draft 7 if its `$schema` says so) that every record's `data` must satisfy; `format` is asserted, `$ref` stays inside the document. Null: any JSON object.",
    { as: JsonObjectScalar, optional: true, nullable: true, schema: { example: SCHEMA_EXAMPLE } },
  )
  @Allow()
  schema?: JsonObject | null;

  @Expose(
    'Whom a changed schema binds: `all` (a change that stored records would break is refused) or `new` (only what is written from now on). Default `all`.',
    {
      optional: true,
      schema: { enum: ['all', 'new'], default: 'all' },
    },
  )
  @IsIn(['all', 'new'])
  enforce?: string;

  @Expose('Whether replacing, patching and deleting a record needs `If-Match` (`expectedVersion`). Default false.', {
    optional: true,
  })
  @IsBoolean()
  requirePrecondition?: boolean;

  @Expose(
    'Lets a read of a single record by id be served from a cache, up to an age that the response states (`Age`; GraphQL `extensions.age`). Null, the default: every read is of the database.',
    { as: CacheInput, optional: true, nullable: true },
  )
  @Allow()
  cache?: CacheInput | null;

  @Expose(
    `Fields to index for ranges and sorts: ${PATH}, or \`$updatedAt\` and the like. Built in the background without blocking writers.`,
    {
      as: [String],
      optional: true,
      schema: { example: ['Title', 'address.city'] },
    },
  )
  @IsArray()
  @IsString({ each: true })
  indexes?: string[];

  @Expose(HISTORY, { as: HistoryInput, optional: true, nullable: true })
  @Allow()
  history?: HistoryInput | null;
}

/** A new collection. */
@Input('NewCollection', 'A collection to be made.')
export class NewCollectionInput extends CollectionSettingsInput {
  @Expose('1 to 63 of a-z, 0-9, _ and -, beginning with a letter; unique in the tenant.', {
    schema: { example: 'movies', pattern: '^[a-z][a-z0-9_-]{0,62}$' },
  })
  @IsString()
  name!: string;
}

/** A declared index and how far it is. */
@Output('CollectionIndex', 'An index a collection declares.')
export class IndexView {
  @Expose('Path of the indexed member.', { schema: { example: 'Title' } })
  path!: string;

  @Expose('`building`, `ready` (it serves ranges and sorts) or `failed`.', {
    schema: { enum: ['building', 'ready', 'failed'] },
  })
  state!: string;
}

/** Which older versions of records are kept. */
@Output('History', 'Which older versions of records are kept.')
export class HistoryView {
  @Expose(KEEP, { as: Int, nullable: true })
  keep: number | null;

  @Expose(FOR, { as: String, nullable: true, schema: { example: '90d' } })
  for: string | null;

  constructor({ keep, for: duration }: History) {
    this.keep = keep;
    this.for = duration;
  }
}

/** How records are cached. */
@Output('Cache', 'How records are cached.')
export class CacheView {
  @Expose(MAX_AGE, { schema: MAX_AGE_SCHEMA })
  maxAge: string;

  constructor({ maxAge }: CacheSettings) {
    this.maxAge = maxAge;
  }
}

/** Stored records that a schema would refuse. */
@Output('BreakingRecords', 'Stored records that the schema would refuse.')
export class BreakingRecordsView {
  @Expose('How many.', { as: Int })
  count!: number;

  @Expose('Ids of the first 20.', { as: [ID] })
  ids!: string[];
}

/** A collection as both doors show it. */
@Output('Collection', 'A named set of records and its settings.')
export class CollectionView {
  @Expose('Its name.', { schema: { example: 'movies' } })
  name: string;

  @Expose('1, 2, 3 …: grows with every change of the settings; the ETag.', { as: Int })
  revision: number;

  @Expose('For people.', { as: String, nullable: true })
  description: string | null;

  @Expose("The JSON Schema of the records' `data`, or null for any JSON object.", {
    as: JsonObjectScalar,
    nullable: true,
  })
  schema: JsonObject | null;

  @Expose('Whom the schema binds: `all` or `new`.', { schema: { enum: ['all', 'new'] } })
  enforce: string;

  @Expose('Whether changes of records need `If-Match` (`expectedVersion`).')
  requirePrecondition: boolean;

  @Expose('How records are cached; null: every read is of the database.', { as: CacheView, nullable: true })
  cache: CacheView | null;

  @Expose('Declared indexes.', { as: [IndexView] })
  indexes: IndexView[];

  @Expose('Which older versions of records are kept; null keeps all.', { as: HistoryView, nullable: true })
  history: HistoryView | null;

  @Expose('When it was made.', { as: DateTime })
  createdAt: string;

  @Expose('When its settings last changed.', { as: DateTime })
  updatedAt: string;

  @Expose('Only in the answer to a dry run: the stored records that the schema would refuse.', {
    as: BreakingRecordsView,
    optional: true,
  })
  breaking?: BreakingRecordsView;

  constructor(collection: Collection, breaking?: BreakingRecordsView) {
    this.name = collection.name;
    this.revision = collection.revision;
    this.description = collection.description;
    this.schema = collection.schema;
    this.enforce = collection.enforce;
    this.requirePrecondition = collection.requirePrecondition;
    this.cache = collection.cache && new CacheView(collection.cache);
    this.indexes = collection.indexes;
    this.history = collection.history && new HistoryView(collection.history);
    this.createdAt = collection.createdAt.toISOString();
    this.updatedAt = collection.updatedAt.toISOString();
    if (breaking) this.breaking = breaking;
  }
}

/** The settings of a collection of which some are changed; what the input leaves out stays as `current` has it. */
export function mergeSettings(current: CollectionSettings, input: CollectionSettingsInput): CollectionSettings {
  const { description, schema, enforce, requirePrecondition, cache, indexes, history } = input;
  return {
    description: description === undefined ? current.description : description,
    schema: schema === undefined ? current.schema : schema,
    enforce: enforce === 'all' || enforce === 'new' ? enforce : current.enforce,
    requirePrecondition: requirePrecondition ?? current.requirePrecondition,
    cache: cache === undefined ? current.cache : cacheOf(cache),
    indexes: indexes ?? current.indexes,
    history: history === undefined ? current.history : historyOf(history),
  };
}

/** The settings of a collection nobody has said anything about. */
export const DEFAULT_SETTINGS: CollectionSettings = {
  description: null,
  schema: null,
  enforce: 'all',
  requirePrecondition: false,
  cache: null,
  indexes: [],
  history: null,
};
