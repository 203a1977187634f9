import { Body, Controller, Delete, Get, Param, Patch, Post, Put, Query, Res } from '@nestjs/common';
import { ApiExtraModels, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';

import { CurrentCaller, Operation, PageClass, PageQuery } from '@haven/api';
import type { PageOf } from '@haven/api';
import { Preconditions } from '@haven/http';
import { Idempotent } from '@haven/idempotency';
import { Precondition } from '@haven/kernel';
import type { Caller, JsonValue } from '@haven/kernel';

import {
  NewRecordInput,
  RecordDataInput,
  RecordVersionView,
  RecordView,
  RestoreInput,
} from '../application/records.contract.js';
import { RecordsService } from '../application/records.service.js';
import { PatchFormat } from './patch-format.decorator.js';
import { ReadRecordQuery } from './records.query.js';

const VersionPage = PageClass(RecordVersionView, 'RecordVersionPage');

/** Single records over REST. */
@ApiTags('records')
@ApiExtraModels(RecordDataInput)
@Controller({ path: 'collections/:collection/records', version: '1' })
export class RecordsController {
  constructor(private readonly records: RecordsService) {}

  @Post()
  @Idempotent()
  @Operation({
    id: 'createRecord',
    summary: 'Make a record',
    consistencyToken: true,
    status: 201,
    body: NewRecordInput,
    response: RecordView,
    etag: true,
    errors: ['NOT_FOUND', 'ALREADY_EXISTS', 'SCHEMA_VIOLATION', 'LIMIT_EXCEEDED'],
  })
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
    consistencyToken: true,
    cached: true,
    response: RecordView,
    etag: true,
    additionalResponses: { 304: 'You have it (`If-None-Match`).' },
    errors: ['NOT_FOUND', 'SORT_INVALID', 'CURSOR_INVALID', 'HISTORY_PRUNED'],
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
  @Idempotent()
  @Operation({
    id: 'replaceRecord',
    summary: 'Replace a record, or make it',
    consistencyToken: true,
    additionalResponses: { 201: 'Made.' },
    body: RecordDataInput,
    response: RecordView,
    etag: true,
    conditional: true,
    errors: ['NOT_FOUND', 'VERSION_CONFLICT', 'PRECONDITION_REQUIRED', 'SCHEMA_VIOLATION', 'LIMIT_EXCEEDED'],
  })
  async replace(
    @CurrentCaller() caller: Caller,
    @Param('collection') collection: string,
    @Param('id') id: string,
    @Body() { data }: RecordDataInput,
    @Preconditions() precondition: Precondition,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RecordView> {
    const { record, created } = await this.records.replace(caller, { collection, id }, data, precondition);
    reply.code(created ? 201 : 200);
    return record;
  }

  @Patch(':id')
  @Idempotent()
  @Operation({
    id: 'patchRecord',
    summary: 'Change a record in part',
    consistencyToken: true,
    description:
      'Of the record as it is read: `{"data": {…}}` as `application/merge-patch+json` (RFC 7396; plain `application/json` means the same), or operations whose paths start with `/data` as `application/json-patch+json` (RFC 6902). Only `data` is writable.',
    body: { description: 'A merge patch or a JSON Patch, as the media type says.' },
    consumes: ['application/merge-patch+json', 'application/json-patch+json', 'application/json'],
    response: RecordView,
    etag: true,
    conditional: true,
    errors: [
      'NOT_FOUND',
      'VERSION_CONFLICT',
      'PRECONDITION_REQUIRED',
      'PATCH_INVALID',
      'PATCH_TEST_FAILED',
      'SCHEMA_VIOLATION',
      'LIMIT_EXCEEDED',
    ],
  })
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
  @Idempotent()
  @Operation({
    id: 'deleteRecord',
    summary: 'Delete a record',
    consistencyToken: true,
    status: 204,
    conditional: true,
    errors: ['NOT_FOUND', 'VERSION_CONFLICT', 'PRECONDITION_REQUIRED'],
  })
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
    summary: 'Go back to an earlier version',
    consistencyToken: true,
    description:
      'Makes a new version with the data that the record had at an earlier one; a deleted record comes back, and keeps the `createdAt` it had. `NOT_FOUND` if there is no such version, or it was a deletion.',
    body: RestoreInput,
    response: RecordView,
    etag: true,
    conditional: true,
    errors: ['NOT_FOUND', 'VERSION_CONFLICT', 'PRECONDITION_REQUIRED', 'SCHEMA_VIOLATION', 'LIMIT_EXCEEDED'],
  })
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
      'The record ends as a deleted one does, and what it held is gone from its history too. Its versions, who made them and when stay, and the seals of the log still hold. A record that was deleted can be erased; one that was erased stays as it is.',
    status: 204,
    conditional: true,
    errors: ['NOT_FOUND', 'VERSION_CONFLICT', 'PRECONDITION_REQUIRED'],
  })
  erase(
    @CurrentCaller() caller: Caller,
    @Param('collection') collection: string,
    @Param('id') id: string,
    @Preconditions() precondition: Precondition,
  ): Promise<void> {
    return this.records.erase(caller, { collection, id }, precondition);
  }

  @Get(':id/history')
  @Operation({
    id: 'recordHistory',
    summary: "List a record's versions, newest first",
    consistencyToken: true,
    response: VersionPage,
    errors: ['NOT_FOUND', 'CURSOR_INVALID', 'LIMIT_EXCEEDED', 'VALIDATION_FAILED'],
  })
  async history(
    @CurrentCaller() caller: Caller,
    @Param('collection') collection: string,
    @Param('id') id: string,
    @Query() query: PageQuery,
  ): Promise<PageOf<RecordVersionView>> {
    return VersionPage.of(await this.records.history(caller, { collection, id }, query));
  }

  @Get(':id/history/:version')
  @Operation({
    id: 'recordVersion',
    summary: 'Read one version of a record',
    consistencyToken: true,
    description: 'What happened, the document after it, and the patch from the version before; of deleted records too.',
    response: RecordVersionView,
    etag: true,
    additionalResponses: { 304: 'You have it (`If-None-Match`).' },
    errors: ['NOT_FOUND'],
  })
  version(
    @CurrentCaller() caller: Caller,
    @Param('collection') collection: string,
    @Param('id') id: string,
    @Param('version') version: string,
  ): Promise<RecordVersionView> {
    return this.records.version(caller, { collection, id }, version);
  }
}
