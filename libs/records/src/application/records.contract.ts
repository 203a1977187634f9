import { ID, Int } from '@nestjs/graphql';
import { Allow, IsUUID } from 'class-validator';

import { DateTime, Expose, Input, Json, JsonObjectScalar, Output } from '@haven/api';
import { EVENT_TYPES } from '@haven/kernel';
import type { JsonObject, RawJson, JsonValue } from '@haven/kernel';

import type { LoggedEvent } from '../domain/record-event.js';
import type { LiveRecord } from '../domain/record-reader.js';

const DATA = { Title: 'Alien', 'Major Genre': 'Horror', Director: 'Ridley Scott' };

/** A record as both doors show it. */
@Output('Record', 'A JSON document in a collection.')
export class RecordView {
  @Expose('UUID; version 7 if the server made it.', { as: ID, schema: { format: 'uuid' } })
  id: string;

  @Expose('Name of its collection.', { schema: { example: 'movies' } })
  collection: string;

  @Expose('1, 2, 3 …: grows with every change, never used twice; the ETag.', { as: Int })
  version: number;

  @Expose('The document: the same JSON value that was put in (the order of members is not kept).', {
    as: JsonObjectScalar,
    schema: { example: DATA },
  })
  data: JsonObject | RawJson;

  @Expose('When it was made.', { as: DateTime })
  createdAt: string;

  @Expose('When it last changed.', { as: DateTime })
  updatedAt: string;

  constructor(collection: string, record: LiveRecord, data: JsonObject | RawJson = record.document) {
    this.id = record.id;
    this.collection = collection;
    this.version = record.version;
    this.data = data;
    this.createdAt = record.createdAt;
    this.updatedAt = record.updatedAt;
  }
}

/** One version of a record. */
@Output('RecordVersion', 'One version of a record: what happened, who did it, when, and what it changed.')
export class RecordVersionView {
  @Expose('The version.', { as: Int })
  version: number;

  @Expose('What happened.', {
    schema: { enum: [...EVENT_TYPES] },
  })
  type: string;

  @Expose('Who did it.')
  actor: string;

  @Expose('When.', { as: DateTime })
  at: string;

  @Expose('When the record was made.', { as: DateTime })
  createdAt: string;

  @Expose('W3C trace id of the request that did it.')
  traceId: string;

  @Expose('The document after it; null after a deletion, and once it was erased.', {
    as: JsonObjectScalar,
    nullable: true,
  })
  data: JsonObject | null;

  @Expose(
    'JSON Patch (RFC 6902) from the version before to this one, of `{"data": …}`; null where the version before is not there.',
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
    this.data = event.data;
    this.patch = patch;
  }
}

/** The document a record is to have. */
@Input('RecordData', 'The document a record is to have.')
export class RecordDataInput {
  @Expose('Any JSON object the schema of the collection admits.', { as: JsonObjectScalar, schema: { example: DATA } })
  @Allow()
  data!: JsonObject;
}

/** A record to be made. */
@Input('NewRecord', 'A record to be made.')
export class NewRecordInput extends RecordDataInput {
  @Expose('UUID of the new record; left out, the server makes one (version 7).', {
    as: ID,
    optional: true,
    schema: { format: 'uuid' },
  })
  @IsUUID('all')
  id?: string;
}

/** The version a record is to go back to. */
@Input('RecordRestore', 'The version a record is to go back to.')
export class RestoreInput {
  @Expose('Its data becomes that of the newest version.', { as: Int, schema: { minimum: 1, example: 2 } })
  @Allow()
  version!: number;
}
