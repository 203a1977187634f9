import { ID, Int } from '@nestjs/graphql';
import { Allow, IsInt, IsObject, IsString, IsUUID, Min } from 'class-validator';

import { DateTime, Expose, Input, Json, JsonObjectScalar, Output } from '@haven/api';
import { EVENT_TYPES, PRINT, printJson } from '@haven/kernel';
import type { JsonObject, JsonValue, PrintsItself, RawJson } from '@haven/kernel';

import type { LoggedEvent } from '../domain/record-event.js';
import type { LiveRecord } from '../domain/record-reader.js';

/** A document, as an example in OpenAPI. */
export const EXAMPLE_DATA = { Title: 'Alien', 'Major Genre': 'Horror', Director: 'Ridley Scott' };

/** Description of `cause` in all operations. */
export const CAUSE =
  'UUID of the record whose deletion or erasure caused the change, because a reference named it; null if the change ' +
  'was requested itself.';

/** Expanded records by the paths of the references that lead to them; null for a record that cannot be read. */
export type ExpandedTargets = Readonly<Record<string, RecordView | null | readonly (RecordView | null)[]>>;

/** A record as both APIs return it. */
@Output('Record', 'A JSON document in a collection.')
export class RecordView implements PrintsItself {
  @Expose('UUID of the record; version 7 if the server generated it.', { as: ID, schema: { format: 'uuid' } })
  id: string;

  @Expose('Name of the collection.', { schema: { example: 'movies' } })
  collection: string;

  @Expose('Version, starting at 1; increases with every change and is never reused. Also used as the ETag.', {
    as: Int,
    schema: { minimum: 1 },
  })
  version: number;

  @Expose('The document. Equal to the stored JSON value, but the order of members is not preserved.', {
    as: JsonObjectScalar,
    schema: { example: EXAMPLE_DATA },
  })
  data: JsonObject | RawJson;

  @Expose('When the record was created.', { as: DateTime })
  createdAt: string;

  @Expose('When the record last changed.', { as: DateTime })
  updatedAt: string;

  @Expose(
    'The records to which references lead, by the paths of the references: a record, a list of records for a member that ' +
      'is an array, or null. Only if the request has `expand`.',
    {
      as: JsonObjectScalar,
      optional: true,
      schema: { example: { director: { id: '0190a000-0000-7000-8000-000000000001', version: 1 } } },
    },
  )
  expanded?: ExpandedTargets;

  constructor(collection: string, record: LiveRecord, data: JsonObject | RawJson = record.document) {
    this.id = record.id;
    this.collection = collection;
    this.version = record.version;
    this.data = data;
    this.createdAt = record.createdAt;
    this.updatedAt = record.updatedAt;
  }

  /** Most responses consist of records, so these are printed without iterating over their members. */
  [PRINT](): string {
    const { id, collection, version, data, createdAt, updatedAt, expanded } = this;
    const more = expanded === undefined ? '' : `,"expanded":${printJson(expanded)}`;
    // Ids and times need no escapes.
    return `{"id":"${id}","collection":${printJson(collection)},"version":${version},"data":${printJson(data)},"createdAt":"${createdAt}","updatedAt":"${updatedAt}"${more}}`;
  }
}

/** One version of a record. */
@Output('RecordVersion', 'One version of a record: the event, its actor and time, and the changes.')
export class RecordVersionView {
  @Expose('Number of the version.', { as: Int, schema: { minimum: 1 } })
  version: number;

  @Expose('Type of the event that created the version.', {
    schema: { enum: [...EVENT_TYPES] },
  })
  type: string;

  @Expose('The actor that made the change.')
  actor: string;

  @Expose('When the change was made.', { as: DateTime })
  at: string;

  @Expose('When the record was created.', { as: DateTime })
  createdAt: string;

  @Expose('W3C trace id of the request that made the change.')
  traceId: string;

  @Expose(CAUSE, { as: ID, nullable: true, schema: { format: 'uuid' } })
  cause: string | null;

  @Expose('The document at this version; null for a deletion, and if the record was erased.', {
    as: JsonObjectScalar,
    nullable: true,
  })
  data: JsonObject | null;

  @Expose(
    'JSON Patch (RFC 6902) of `{"data": …}` from the previous version to this one; null if the previous version does ' +
      'not exist or is no longer kept.',
    {
      as: [Json],
      nullable: true,
      schema: { type: 'array', items: { type: 'object', additionalProperties: true } },
    },
  )
  patch: JsonValue[] | null;

  constructor(event: LoggedEvent, patch: JsonValue[] | null) {
    this.version = event.version;
    this.type = event.type;
    this.actor = event.actor;
    this.at = event.at;
    this.createdAt = event.createdAt;
    this.traceId = event.traceId;
    this.cause = event.cause;
    this.data = event.data;
    this.patch = patch;
  }
}

/** The new document of a record. */
@Input('RecordData', 'The new document of a record.')
class RecordDataInput {
  @Expose('Any JSON object that satisfies the schema of the collection.', {
    as: JsonObjectScalar,
    schema: { example: EXAMPLE_DATA },
  })
  @Allow()
  data!: JsonObject;
}

/** A whole record as a read returns it, with changed data. */
@Input('RecordReplacement', 'The new document of a record. The record as it was read is accepted too.')
export class RecordReplacementInput extends RecordDataInput {
  @Expose('Must be the id in the URL.', { as: ID, optional: true, schema: { format: 'uuid' } })
  @IsString()
  id?: string;

  @Expose('Must be the collection in the URL.', { optional: true })
  @IsString()
  collection?: string;

  @Expose('Fails with `VERSION_CONFLICT` unless the record has this version, like `If-Match`.', {
    as: Int,
    optional: true,
    schema: { minimum: 1 },
  })
  @IsInt()
  @Min(1)
  version?: number;

  @Expose('Ignored.', { as: DateTime, optional: true, nullable: true })
  @IsString()
  createdAt?: string | null;

  @Expose('Ignored.', { as: DateTime, optional: true, nullable: true })
  @IsString()
  updatedAt?: string | null;

  @Expose('Ignored.', { as: JsonObjectScalar, optional: true, nullable: true })
  @IsObject()
  expanded?: JsonObject | null;
}

/** A record to create. */
@Input('NewRecord', 'A record to create.')
export class NewRecordInput extends RecordDataInput {
  @Expose('UUID of the new record. By default the server generates one (version 7).', {
    as: ID,
    optional: true,
    schema: { format: 'uuid' },
  })
  @IsUUID('all')
  id?: string;
}

/** The version of a record to restore. */
@Input('RecordRestore', 'The version of a record to restore.')
export class RestoreInput {
  @Expose('Number of the version whose data becomes that of the newest version.', {
    as: Int,
    schema: { minimum: 1, example: 1 },
  })
  @Allow()
  version!: number;
}
