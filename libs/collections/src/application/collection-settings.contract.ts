import {
  Allow,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  IsString,
  MaxLength,
  Min,
  ValidateIf,
} from 'class-validator';
import { Int } from '@nestjs/graphql';

import { DateTime, Expose, Input, Json, JsonObjectScalar } from '@haven/api';
import { RawJson } from '@haven/kernel';
import type { JsonObject, JsonValue } from '@haven/kernel';

import { cacheOf } from '../domain/cache-settings.js';
import type { CollectionSettings } from '../domain/collection.js';
import { searchOf } from '../domain/declared-search.js';
import type { SearchLimits } from '../domain/declared-search.js';
import { historyOf } from '../domain/history.js';
import { parseIndexes } from '../domain/index-declaration.js';
import type { IndexLimits } from '../domain/index-declaration.js';
import { CacheInput, HISTORY, HistoryInput } from './history-and-cache.contract.js';
import { INDEX_EXAMPLES, INDEX_INPUT } from './indexes.contract.js';
import { SEARCH, SearchInput } from './search.contract.js';

const SCHEMA_EXAMPLE = { type: 'object', required: ['Title'], properties: { Title: { type: 'string' } } };

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
      'validated, and `$ref` may only refer to the schema itself. `x-haven-ref` declares a reference to records of ' +
      'another collection: `{"collection": "directors", "onDelete": "restrict"}`. `x-haven-name` at the root names ' +
      'the types in GraphQL: `{"one": "movie", "many": "movies"}`. Null allows any JSON object.',
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
        items: { oneOf: [INDEX_INPUT, { type: 'string' }] },
        example: INDEX_EXAMPLES,
      },
    },
  )
  @Allow()
  indexes?: JsonValue[];

  @Expose(SEARCH, { as: SearchInput, optional: true, nullable: true })
  @Allow()
  search?: SearchInput | null;

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

  @Expose('Ignored: the schema declares references.', {
    as: [Json],
    optional: true,
    nullable: true,
    schema: { items: {} },
  })
  @IsArray()
  references?: JsonValue[] | null;

  @Expose('Ignored.', { as: [Json], optional: true, nullable: true, schema: { items: {} } })
  @IsArray()
  referencedBy?: JsonValue[] | null;

  @Expose('Ignored: the names follow from the schema.', { as: JsonObjectScalar, optional: true, nullable: true })
  @IsObject()
  graphql?: JsonObject | RawJson | null;

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

/** Returns `current` with the settings that the input contains. */
export function mergeSettings(
  current: CollectionSettings,
  input: CollectionSettingsInput,
  limits: IndexLimits & SearchLimits,
): CollectionSettings {
  const { description, schema, enforce, requirePrecondition, cache, indexes, search, history } = input;
  return {
    description: description === undefined ? current.description : description,
    ...(schema === undefined ? { schema: current.schema, schemaText: current.schemaText } : schemaSettings(schema)),
    enforce: enforce === 'all' || enforce === 'new' ? enforce : current.enforce,
    requirePrecondition: requirePrecondition ?? current.requirePrecondition,
    cache: cache === undefined ? current.cache : cacheOf(cache),
    indexes: indexes == null ? current.indexes : parseIndexes(indexes, limits),
    search: search === undefined ? current.search : searchOf(search, limits),
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
  search: null,
  history: null,
};
