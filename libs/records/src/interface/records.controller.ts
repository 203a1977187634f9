import { Body, Controller, Delete, Get, Param, Patch, Post, Put, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';

import { CurrentCaller, Operation } from '@haven/api';
import { AllowsDryRun } from '@haven/dry-run';
import { Preconditions } from '@haven/http';
import { Idempotent } from '@haven/idempotency';
import { Precondition } from '@haven/kernel';
import type { Caller, JsonValue } from '@haven/kernel';

import {
  EXAMPLE_DATA,
  NewRecordInput,
  RecordReplacementInput,
  RecordView,
  RestoreInput,
} from '../application/records.contract.js';
import { RecordsService } from '../application/records.service.js';
import { CONDITION_ERRORS, DELETION_ERRORS, PATCH_ERRORS, WRITE_ERRORS } from './operation-errors.js';
import { JSON_PATCH, MERGE_PATCH } from './patch-schemas.js';
import { PatchFormat } from './patch-format.decorator.js';
import { ReadRecordQuery } from './records.query.js';

/** Reads and changes single records over REST. */
@ApiTags('records')
@Controller({ path: 'collections/:collection/records', version: '1' })
export class RecordsController {
  constructor(private readonly records: RecordsService) {}

  @Post()
  @Idempotent({ isSingleWrite: true })
  @Operation({
    id: 'createRecord',
    summary: 'Create a record',
    description: 'The server generates the id if the body contains none. `Location` is the URL of the new record.',
    consistencyToken: true,
    status: 201,
    body: NewRecordInput,
    example: { data: EXAMPLE_DATA },
    response: RecordView,
    etag: true,
    errors: ['NOT_FOUND', 'ALREADY_EXISTS', ...WRITE_ERRORS],
  })
  @AllowsDryRun()
  create(
    @CurrentCaller() caller: Caller,
    @Param('collection') collection: string,
    @Body() input: NewRecordInput,
  ): Promise<RecordView> {
    return this.records.create(caller, collection, input);
  }

  @Get(':id')
  @Operation({
    id: 'record',
    summary: 'Read a record',
    description: 'Returns the current version or, with `asOf`, the version of an earlier moment.',
    consistencyToken: true,
    cached: true,
    response: RecordView,
    etag: true,
    additionalResponses: { 304: 'The representation has not changed (`If-None-Match`).' },
    errors: ['NOT_FOUND', 'SORT_INVALID', 'CURSOR_INVALID', 'HISTORY_PRUNED', 'VALIDATION_FAILED', 'LIMIT_EXCEEDED'],
  })
  get(
    @CurrentCaller() caller: Caller,
    @Param('collection') collection: string,
    @Param('id') id: string,
    @Query() query: ReadRecordQuery,
  ): Promise<RecordView> {
    return this.records.get(caller, { collection, id }, query);
  }

  @Put(':id')
  @Idempotent({ isSingleWrite: true })
  @Operation({
    id: 'replaceRecord',
    summary: 'Create or replace a record',
    description:
      'Creates the record if there is none with this id. With `If-Match`, replaces it only if it still has that ' +
      'version; with `If-None-Match: *`, only creates it. The record as it was read is accepted too: its `version` then has the ' +
      'effect of `If-Match`.',
    consistencyToken: true,
    additionalResponses: { 201: 'The record was created.' },
    body: RecordReplacementInput,
    example: { data: EXAMPLE_DATA },
    response: RecordView,
    etag: true,
    conditional: true,
    errors: ['NOT_FOUND', ...WRITE_ERRORS, ...CONDITION_ERRORS],
  })
  @AllowsDryRun()
  async replace(
    @CurrentCaller() caller: Caller,
    @Param('collection') collection: string,
    @Param('id') id: string,
    @Body() input: RecordReplacementInput,
    @Preconditions() precondition: Precondition,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RecordView> {
    const { record, created } = await this.records.replace(caller, { collection, id }, input, precondition);
    reply.code(created ? 201 : 200);
    return record;
  }

  @Patch(':id')
  @Idempotent({ isSingleWrite: true })
  @Operation({
    id: 'patchRecord',
    summary: 'Change parts of a record',
    consistencyToken: true,
    description:
      'Applies a patch to the representation of the record: either a JSON Merge Patch `{"data": {…}}` as ' +
      '`application/merge-patch+json` (RFC 7396; `application/json` means the same), or a JSON Patch whose paths ' +
      'start with `/data` as `application/json-patch+json` (RFC 6902). Only `data` is writable.',
    body: MERGE_PATCH,
    schemas: { 'application/json-patch+json': JSON_PATCH },
    example: { data: { 'Major Genre': 'Horror' } },
    examples: { 'application/json-patch+json': [{ op: 'add', path: '/data/Director', value: 'Ridley Scott' }] },
    consumes: ['application/merge-patch+json', 'application/json-patch+json', 'application/json'],
    response: RecordView,
    etag: true,
    conditional: true,
    errors: ['NOT_FOUND', ...WRITE_ERRORS, ...PATCH_ERRORS, ...CONDITION_ERRORS],
  })
  @AllowsDryRun()
  patch(
    @CurrentCaller() caller: Caller,
    @Param('collection') collection: string,
    @Param('id') id: string,
    @PatchFormat() format: 'mergePatch' | 'jsonPatch',
    @Body() patch: JsonValue,
    @Preconditions() precondition: Precondition,
  ): Promise<RecordView> {
    return this.records[format](caller, { collection, id }, patch, precondition);
  }

  @Delete(':id')
  @Idempotent({ isSingleWrite: true })
  @Operation({
    id: 'deleteRecord',
    summary: 'Delete a record',
    description:
      'The history of the record is kept, and the record can be restored. With `If-Match`, deletes it only if ' +
      'it still has that version.',
    consistencyToken: true,
    status: 204,
    conditional: true,
    errors: ['NOT_FOUND', ...CONDITION_ERRORS, ...DELETION_ERRORS],
  })
  @AllowsDryRun()
  delete(
    @CurrentCaller() caller: Caller,
    @Param('collection') collection: string,
    @Param('id') id: string,
    @Preconditions() precondition: Precondition,
  ): Promise<void> {
    return this.records.delete(caller, { collection, id }, precondition);
  }

  @Post(':id/restore')
  @Idempotent()
  @Operation({
    id: 'restoreRecord',
    summary: 'Restore an earlier version',
    consistencyToken: true,
    description:
      'Creates a new version with the data of an earlier one. A deleted record is restored with its original ' +
      '`createdAt`. Fails with `NOT_FOUND` if there is no such version, or if it is a deletion.',
    body: RestoreInput,
    example: { version: 1 },
    response: RecordView,
    etag: true,
    conditional: true,
    errors: ['NOT_FOUND', ...WRITE_ERRORS, ...CONDITION_ERRORS],
  })
  @AllowsDryRun()
  restore(
    @CurrentCaller() caller: Caller,
    @Param('collection') collection: string,
    @Param('id') id: string,
    @Body() { version }: RestoreInput,
    @Preconditions() precondition: Precondition,
  ): Promise<RecordView> {
    return this.records.restore(caller, { collection, id }, version, precondition);
  }

  @Post(':id/erase')
  @Idempotent()
  @Operation({
    id: 'eraseRecord',
    summary: "Remove a record's payload from all its versions",
    consistencyToken: true,
    description:
      'Deletes the record and removes its data from its history too. The versions remain with their actors and ' +
      'times, and the log can still be verified. A deleted record can be erased; erasing an erased record has no ' +
      'effect.',
    status: 204,
    conditional: true,
    errors: ['NOT_FOUND', ...CONDITION_ERRORS],
  })
  @AllowsDryRun()
  erase(
    @CurrentCaller() caller: Caller,
    @Param('collection') collection: string,
    @Param('id') id: string,
    @Preconditions() precondition: Precondition,
  ): Promise<void> {
    return this.records.erase(caller, { collection, id }, precondition);
  }
}
