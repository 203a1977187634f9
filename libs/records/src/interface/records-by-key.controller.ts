import { Body, Controller, Delete, Get, Param, Patch, Put, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';

import { CurrentCaller, Operation } from '@haven/api';
import { AllowsDryRun } from '@haven/dry-run';
import { Preconditions } from '@haven/http';
import { Idempotent } from '@haven/idempotency';
import { Precondition } from '@haven/kernel';
import type { Caller, JsonValue } from '@haven/kernel';

import type { RecordKey } from '../application/record-key.js';
import { EXAMPLE_DATA, RecordReplacementInput, RecordView } from '../application/records.contract.js';
import { RecordsByKeyService } from '../application/records-by-key.service.js';
import { CONDITION_ERRORS, DELETION_ERRORS, PATCH_ERRORS, WRITE_ERRORS } from './operation-errors.js';
import { PatchFormat } from './patch-format.decorator.js';
import { KeyQuery, ReadByKeyQuery } from './records.query.js';

const KEY_ERRORS = ['NOT_FOUND', 'VALIDATION_FAILED', 'JSON_NOT_EXACT', 'LIMIT_EXCEEDED'] as const;

/** Reads and changes single records over REST, named by a value that they hold in a unique index. */
@ApiTags('records')
@Controller({ path: 'collections/:collection/records/by', version: '1' })
export class RecordsByKeyController {
  constructor(private readonly records: RecordsByKeyService) {}

  @Get(':index/:value')
  @Operation({
    id: 'recordBy',
    summary: 'Read a record by a unique value',
    description: 'Returns the record that has the value at the path of the unique index. `index` is the path.',
    consistencyToken: true,
    response: RecordView,
    etag: true,
    additionalResponses: { 304: 'The representation has not changed (`If-None-Match`).' },
    errors: [...KEY_ERRORS, 'SORT_INVALID'],
  })
  get(
    @CurrentCaller() caller: Caller,
    @Param('collection') collection: string,
    @Param('index') index: string,
    @Param('value') value: string,
    @Query() { fields, expand, ...query }: ReadByKeyQuery,
  ): Promise<RecordView> {
    return this.records.get(caller, keyOf(collection, index, value, query), { fields, expand });
  }

  @Put(':index/:value')
  @Idempotent()
  @Operation({
    id: 'upsertRecord',
    summary: 'Create or replace a record by a unique value',
    description:
      'Replaces the record that has the value at the path of the unique index, or creates one with a new id. The data ' +
      'may leave out the value, but must not have another one. `If-Match` and `If-None-Match: *` work as for a record ' +
      'by id.',
    consistencyToken: true,
    additionalResponses: { 201: 'The record was created.' },
    body: RecordReplacementInput,
    example: { data: EXAMPLE_DATA },
    response: RecordView,
    etag: true,
    conditional: true,
    listPath: (path) => path.replace(/\/by\/[^/]+\/[^/]+\/?$/, ''),
    errors: [...KEY_ERRORS, ...WRITE_ERRORS, ...CONDITION_ERRORS],
  })
  @AllowsDryRun()
  async replace(
    @CurrentCaller() caller: Caller,
    @Param('collection') collection: string,
    @Param('index') index: string,
    @Param('value') value: string,
    @Query() query: KeyQuery,
    @Body() input: RecordReplacementInput,
    @Preconditions() precondition: Precondition,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RecordView> {
    const key = keyOf(collection, index, value, query);
    const { record, created } = await this.records.replace(caller, key, input, precondition);
    reply.code(created ? 201 : 200);
    return record;
  }

  @Patch(':index/:value')
  @Idempotent()
  @Operation({
    id: 'patchRecordBy',
    summary: 'Change parts of a record by a unique value',
    description:
      'Applies a JSON Merge Patch `{"data": {…}}` or a JSON Patch whose paths start with `/data` to the record that has ' +
      'the value at the path of the unique index. The patch may change that value.',
    consistencyToken: true,
    body: { description: 'A JSON Merge Patch or a JSON Patch, depending on the media type.' },
    example: { data: { 'Major Genre': 'Horror' } },
    examples: { 'application/json-patch+json': [{ op: 'add', path: '/data/Director', value: 'Ridley Scott' }] },
    consumes: ['application/merge-patch+json', 'application/json-patch+json', 'application/json'],
    response: RecordView,
    etag: true,
    conditional: true,
    errors: [...KEY_ERRORS, ...WRITE_ERRORS, ...PATCH_ERRORS, ...CONDITION_ERRORS],
  })
  @AllowsDryRun()
  patch(
    @CurrentCaller() caller: Caller,
    @Param('collection') collection: string,
    @Param('index') index: string,
    @Param('value') value: string,
    @Query() query: KeyQuery,
    @PatchFormat() format: 'mergePatch' | 'jsonPatch',
    @Body() patch: JsonValue,
    @Preconditions() precondition: Precondition,
  ): Promise<RecordView> {
    return this.records[format](caller, keyOf(collection, index, value, query), patch, precondition);
  }

  @Delete(':index/:value')
  @Idempotent()
  @Operation({
    id: 'deleteRecordBy',
    summary: 'Delete a record by a unique value',
    description:
      'Deletes the record that has the value at the path of the unique index. Another record can then have the value.',
    consistencyToken: true,
    status: 204,
    conditional: true,
    errors: [...KEY_ERRORS, ...CONDITION_ERRORS, ...DELETION_ERRORS],
  })
  @AllowsDryRun()
  delete(
    @CurrentCaller() caller: Caller,
    @Param('collection') collection: string,
    @Param('index') index: string,
    @Param('value') value: string,
    @Query() query: KeyQuery,
    @Preconditions() precondition: Precondition,
  ): Promise<void> {
    return this.records.delete(caller, keyOf(collection, index, value, query), precondition);
  }
}

function keyOf(collection: string, index: string, text: string, { valueType }: KeyQuery): RecordKey {
  return { collection, index, value: { text, isJson: valueType === 'json' } };
}
