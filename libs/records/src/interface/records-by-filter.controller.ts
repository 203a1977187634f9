import { Body, Controller, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';

import { CurrentCaller, Operation } from '@haven/api';
import { AllowsDryRun } from '@haven/dry-run';
import { Idempotent } from '@haven/idempotency';
import type { Caller } from '@haven/kernel';

import {
  ChangedRecordsView,
  RecordsDeletionInput,
  RecordsUpdateInput,
} from '../application/records-by-filter.contract.js';
import { RecordsByFilterService } from '../application/records-by-filter.service.js';
import { DELETION_ERRORS, PATCH_ERRORS, WRITE_ERRORS } from './operation-errors.js';

const ERRORS = [
  'NOT_FOUND',
  'FILTER_INVALID',
  'PRECONDITION_REQUIRED',
  'LIMIT_EXCEEDED',
  'QUERY_TOO_EXPENSIVE',
  'QUERY_TIMEOUT',
  'SEARCH_BUILDING',
] as const;

/** Changes all records that match a filter over REST. */
@ApiTags('records')
@Controller({ path: 'collections/:collection', version: '1' })
export class RecordsByFilterController {
  constructor(private readonly records: RecordsByFilterService) {}

  @Post('update')
  @Idempotent()
  @Operation({
    id: 'updateRecords',
    summary: 'Change all records that match a filter',
    description:
      'Applies the same patch to up to 1,000 records (`limits.batchOperations`): to all that match, or to none. Each ' +
      'gets a new version. Fails with `LIMIT_EXCEEDED` if more records match.',
    consistencyToken: true,
    body: RecordsUpdateInput,
    example: { filter: { Title: 'Alien' }, data: { 'Major Genre': 'Horror' } },
    response: ChangedRecordsView,
    errors: [...ERRORS, ...WRITE_ERRORS, ...PATCH_ERRORS],
  })
  @AllowsDryRun({ inBody: true })
  update(
    @CurrentCaller() caller: Caller,
    @Param('collection') collection: string,
    @Body() input: RecordsUpdateInput,
  ): Promise<ChangedRecordsView> {
    return this.records.update(caller, collection, input);
  }

  @Post('delete')
  @Idempotent()
  @Operation({
    id: 'deleteRecords',
    summary: 'Delete all records that match a filter',
    description:
      'Deletes up to 1,000 records (`limits.batchOperations`): all that match, or none. Their history is kept, and ' +
      'they can be restored. Fails with `LIMIT_EXCEEDED` if more records match.',
    consistencyToken: true,
    body: RecordsDeletionInput,
    example: { filter: { Title: 'Alien' } },
    response: ChangedRecordsView,
    errors: [...ERRORS, ...DELETION_ERRORS],
  })
  @AllowsDryRun({ inBody: true })
  delete(
    @CurrentCaller() caller: Caller,
    @Param('collection') collection: string,
    @Body() input: RecordsDeletionInput,
  ): Promise<ChangedRecordsView> {
    return this.records.delete(caller, collection, input);
  }
}
