import { Allow, IsArray, IsBoolean, IsIn, IsInt, IsString, MaxLength, Min, ValidateIf } from 'class-validator';
import { ID, Int } from '@nestjs/graphql';

import { DateTime, Expose, Input, Json, JsonObjectScalar, Output } from '@haven/api';
import { RawJson } from '@haven/kernel';
import type { JsonObject, JsonValue } from '@haven/kernel';

import type { Collection, CollectionSettings } from '../domain/collection.js';
import { cacheOf } from '../domain/cache-settings.js';
import type { CacheSettings } from '../domain/cache-settings.js';
import { historyOf } from '../domain/history.js';
import type { History } from '../domain/history.js';
import { describeIndex } from '../domain/declared-index.js';
import type { DeclaredIndex, IndexPath } from '../domain/declared-index.js';
import type { BuildProgress, BuildProgresses } from '../domain/index-builds.js';
import { parseIndexes } from '../domain/index-declaration.js';
import { schemaWarnings } from '../domain/schema-warnings.js';
import type { IndexDuplicates } from './collection-records.port.js';
import type { IndexLimits } from '../domain/index-declaration.js';

const SCHEMA_EXAMPLE = { type: 'object', required: ['Title'], properties: { Title: { type: 'string' } } };

const TYPE = { enum: ['dateTime', null], example: 'dateTime' };
const PATH_ITEM = {
  type: 'object',
  required: ['path'],
  additionalProperties: false,
  properties: { path: { type: 'string' }, type: { type: ['string', 'null'], ...TYPE }, caseless: { type: 'boolean' } },
};
const IGNORED = { description: 'Ignored.' };

/** An index in a request. */
const INDEX = {
  type: 'object',
  additionalProperties: false,
  properties: {
    path: { type: 'string', description: 'A member, or several joined by commas.' },
    paths: { type: 'array', minItems: 1, items: { oneOf: [{ type: 'string' }, PATH_ITEM] } },
    unique: { type: 'boolean', default: false },
    caseless: { type: 'boolean', default: false },
    type: { type: ['string', 'null'], ...TYPE },
    state: { type: 'string', ...IGNORED },
    done: { type: ['integer', 'null'], ...IGNORED },
    total: { type: ['integer', 'null'], ...IGNORED },
    problem: { type: ['string', 'null'], ...IGNORED },
  },
};
const INDEX_EXAMPLES = [
  'Title',
  { paths: ['-year', 'Title'] },
  { path: 'email', unique: true, caseless: true },
  { path: 'released', type: 'dateTime' },
];

const KEEP = 'Minimum number of newest versions that are kept, at least 1.';
const FOR =
  'Minimum time that a version is kept after it was superseded: a whole number with `d`, `h` or `m` ' +
  '(days, hours, minutes).';
const HISTORY =
  'Which older versions of records are kept. A version is deleted once it exceeds every given limit; the newest ' +
  'version is never deleted. Needs at least one of `keep` and `for`, which are always set together. Null keeps all ' +
  'versions.';

const MAX_AGE =
  'Maximum age of a cached record that is served: a whole number with `ms`, `s`, `m` or `h` ' +
  '(milliseconds, seconds, minutes, hours), at most 1 h.';
const MAX_AGE_SCHEMA = { pattern: '^[1-9][0-9]{0,6}(ms|s|m|h)$', example: '2s' };

/** How records are cached, as set by a client. */
@Input('CacheSettings', 'How records are cached.')
export class CacheInput {
  @Expose(MAX_AGE, { schema: MAX_AGE_SCHEMA })
  maxAge!: string;
}

/** Which older versions of records are kept, as set by a client. */
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

/**
 * The settings of a collection as sent by a client. In an update, an absent member leaves its setting unchanged, and
 * null clears it.
 */
@Input(
  'CollectionSettings',
  'Settings of a collection. An absent setting stays as it is in an update, and gets its default otherwise.',
)
export class CollectionSettingsInput {
  @Expose('Description for human readers, at most 1,000 characters.', { as: String, optional: true, nullable: true })
  @ValidateIf((_, value) => value !== null)
  @IsString()
  @MaxLength(1_000)
  description?: string | null;

  @Expose(
    "JSON Schema (2020-12, or draft 7 if its `$schema` says so) that every record's `data` must satisfy. `format` is " +
      'validated, and `$ref` may only refer to the schema itself. Null allows any JSON object.',
    { as: JsonObjectScalar, optional: true, nullable: true, schema: { example: SCHEMA_EXAMPLE } },
  )
  @Allow()
  schema?: JsonObject | RawJson | null;

  @Expose(
    'To which records a changed schema applies: `all` (a change that stored records would violate is refused) or ' +
      '`new` (only records written from now on). Default `all`.',
    {
      optional: true,
      schema: { enum: ['all', 'new'], default: 'all' },
    },
  )
  @IsIn(['all', 'new'])
  enforce?: string;

  @Expose('Whether changing or deleting a record requires `If-Match` (`expectedVersion`). Default false.', {
    optional: true,
  })
  @IsBoolean()
  requirePrecondition?: boolean;

  @Expose(
    'Allows reads of a single record by id to be served from a cache. The response states the age (`Age`; GraphQL ' +
      '`extensions.age`). Null, the default, reads from the database every time.',
    { as: CacheInput, optional: true, nullable: true },
  )
  @Allow()
  cache?: CacheInput | null;

  @Expose(
    'Indexes for range filters, equality and sorts: a path, or an object with `path` or `paths`, as a read returns it. ' +
      'A path consists of member names joined by dots; a backslash escapes the next character, and a leading `-` ' +
      'means descending order. It can also be a system field, such as `$updatedAt`. Several paths, at most ' +
      '`limits.sortFields`, form one index that serves sorts by them. `unique` refuses a second record with the same ' +
      'value, `caseless` ignores the case of strings, and `type: "dateTime"` orders strings as instants (RFC 3339). ' +
      'Indexes are built in the background and do not block writers.',
    {
      as: [Json],
      optional: true,
      schema: {
        items: { oneOf: [INDEX, { type: 'string' }] },
        example: INDEX_EXAMPLES,
      },
    },
  )
  @Allow()
  indexes?: JsonValue[];

  @Expose(HISTORY, { as: HistoryInput, optional: true, nullable: true })
  @Allow()
  history?: HistoryInput | null;
}

/** A whole collection as a read returns it, with changed settings. */
@Input('CollectionReplacement', 'The new settings of a collection. The collection as it was read is accepted too.')
export class CollectionReplacementInput extends CollectionSettingsInput {
  @Expose('Must be the name in the URL.', { optional: true })
  @IsString()
  name?: string;

  @Expose('Fails with `VERSION_CONFLICT` unless the collection has this revision, like `If-Match`.', {
    as: Int,
    optional: true,
    schema: { minimum: 1 },
  })
  @IsInt()
  @Min(1)
  revision?: number;

  @Expose('Ignored.', { as: [Json], optional: true, nullable: true, schema: { items: {} } })
  @IsArray()
  warnings?: JsonValue[] | null;

  @Expose('Ignored.', { as: DateTime, optional: true, nullable: true })
  @IsString()
  createdAt?: string | null;

  @Expose('Ignored.', { as: DateTime, optional: true, nullable: true })
  @IsString()
  updatedAt?: string | null;
}

/** A collection to create. */
@Input('NewCollection', 'A collection to create.')
export class NewCollectionInput extends CollectionSettingsInput {
  @Expose('Name: 1 to 63 characters of a-z, 0-9, _ and -, starting with a letter; unique in the tenant.', {
    schema: { example: 'movies', pattern: '^[a-z][a-z0-9_-]{0,62}$' },
  })
  @IsString()
  name!: string;
}

/** A declared index and its state. */
@Output('CollectionIndex', 'An index that a collection declares.')
export class IndexView {
  @Expose("The index's members, joined by commas. Also its name in the URLs of records by key.", {
    schema: { example: '-year,Title' },
  })
  path: string;

  @Expose(
    'The members, in order: the path of each, with a leading `-` if its order is descending. A member whose `type` or ' +
      '`caseless` differs from those of the index is an object with `path` and these.',
    { as: [Json], schema: { items: { oneOf: [{ type: 'string' }, PATH_ITEM] }, example: ['-year', 'Title'] } },
  )
  paths: IndexPath[];

  @Expose('Whether no two records can have the same value.')
  unique: boolean;

  @Expose('Whether the case of strings is ignored.')
  caseless: boolean;

  @Expose('`dateTime` if strings are ordered as instants (RFC 3339), or null.', {
    as: String,
    nullable: true,
    schema: TYPE,
  })
  type: string | null;

  @Expose('State: `building`, `ready` (used for filters and sorts) or `failed`.', {
    schema: { enum: ['building', 'ready', 'failed'] },
  })
  state: string;

  @Expose('Number of records that the index contains already; only while it is being built.', {
    as: Int,
    optional: true,
  })
  done?: number;

  @Expose('Number of records that the collection had when the build started; only while the index is being built.', {
    as: Int,
    optional: true,
  })
  total?: number;

  @Expose('Why the index was not built; only if its state is `failed`.', { optional: true })
  problem?: string;

  constructor(index: DeclaredIndex, progress?: BuildProgress) {
    const { path, paths, unique, caseless, type } = describeIndex(index);
    this.path = path;
    this.paths = paths;
    this.unique = unique;
    this.caseless = caseless;
    this.type = type;
    this.state = index.state;
    if (index.problem !== undefined) this.problem = index.problem;
    if (index.state !== 'building' || !progress) return;
    this.done = progress.done;
    if (progress.total !== null) this.total = progress.total;
  }
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

/** Stored records that violate a schema. */
@Output('BreakingRecords', 'Stored records that violate the schema.')
export class BreakingRecordsView {
  @Expose('Number of these records.', { as: Int })
  count!: number;

  @Expose('Ids of the first 20 of them.', { as: [ID] })
  ids!: string[];
}

/** A value that several records have. */
@Output('DuplicateValue', 'A value that several records have.')
export class DuplicateValueView {
  @Expose('The value at each path of the index.', { as: [Json] })
  values: JsonValue[];

  @Expose('Ids of the first 20 records that have the value.', { as: [ID] })
  ids: string[];

  constructor({ values, ids }: IndexDuplicates['samples'][number]) {
    this.values = [...values];
    this.ids = [...ids];
  }
}

/** Values that several records have in an index that is to be unique. */
@Output('IndexDuplicates', 'Values that several records have in an index that is to be unique.')
export class IndexDuplicatesView {
  @Expose('Path of the index, as in `indexes`.', { schema: { example: 'email' } })
  index: string;

  @Expose('Number of values that several records have.', { as: Int })
  count: number;

  @Expose('The first 20 of these values. Empty if the key may not read the records.', { as: [DuplicateValueView] })
  samples: DuplicateValueView[];

  /** `mayRead` is whether the caller may see values and ids of records. */
  constructor(index: string, { count, samples }: IndexDuplicates, mayRead: boolean) {
    this.index = index;
    this.count = count;
    this.samples = mayRead ? samples.map((sample) => new DuplicateValueView(sample)) : [];
  }
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

  @Expose('Which older versions of records are kept; null if all are kept.', { as: HistoryView, nullable: true })
  history: HistoryView | null;

  @Expose('What has no effect in the settings.', { as: [CollectionWarningView] })
  warnings: CollectionWarningView[];

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

  /** `builds` is the progress of the indexes that are being built, by their id. */
  constructor(collection: Collection, builds?: BuildProgresses, breaking?: BreakingRecordsView) {
    this.name = collection.name;
    this.revision = collection.revision;
    this.description = collection.description;
    const text = collection.currentSchemaText;
    this.schema = text === null ? collection.schema : new RawJson(text);
    this.enforce = collection.enforce;
    this.requirePrecondition = collection.requirePrecondition;
    this.cache = collection.cache && new CacheView(collection.cache);
    this.indexes = collection.declaredIndexes.map((index) => new IndexView(index, builds?.get(index.id)));
    this.history = collection.history && new HistoryView(collection.history);
    this.warnings = schemaWarnings(collection.schema);
    this.createdAt = collection.createdAt.toISOString();
    this.updatedAt = collection.updatedAt.toISOString();
    if (breaking) this.breaking = breaking;
  }
}

/** Returns `current` with the settings that the input contains. */
export function mergeSettings(
  current: CollectionSettings,
  input: CollectionSettingsInput,
  limits: IndexLimits,
): CollectionSettings {
  const { description, schema, enforce, requirePrecondition, cache, indexes, history } = input;
  return {
    description: description === undefined ? current.description : description,
    ...(schema === undefined ? { schema: current.schema, schemaText: current.schemaText } : schemaSettings(schema)),
    enforce: enforce === 'all' || enforce === 'new' ? enforce : current.enforce,
    requirePrecondition: requirePrecondition ?? current.requirePrecondition,
    cache: cache === undefined ? current.cache : cacheOf(cache),
    indexes: indexes == null ? current.indexes : parseIndexes(indexes, limits),
    history: history === undefined ? current.history : historyOf(history),
  };
}

/** Returns the value of a schema and, if it was sent as text, the text. */
function schemaSettings(schema: JsonObject | RawJson | null): Pick<CollectionSettings, 'schema' | 'schemaText'> {
  if (schema instanceof RawJson) return { schema: schema.value, schemaText: schema.text };
  return { schema, schemaText: null };
}

/** The default settings of a collection. */
export const DEFAULT_SETTINGS: CollectionSettings = {
  description: null,
  schema: null,
  schemaText: null,
  enforce: 'all',
  requirePrecondition: false,
  cache: null,
  indexes: [],
  history: null,
};
