import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';

import { CurrentCaller, Operation, PageClass, PageQuery } from '@haven/api';
import type { PageOf } from '@haven/api';
import type { Caller } from '@haven/kernel';

import { RecordHistoryService } from '../application/record-history.service.js';
import { RecordVersionView } from '../application/records.contract.js';

const VersionPage = PageClass(RecordVersionView, 'RecordVersionPage');

/** Reads the versions of records over REST. */
@ApiTags('records')
@Controller({ path: 'collections/:collection/records', version: '1' })
export class RecordHistoryController {
  constructor(private readonly histories: RecordHistoryService) {}

  @Get(':id/history')
  @Operation({
    id: 'recordHistory',
    summary: "List a record's versions, newest first",
    description:
      'Returns the data of each version, who made the change and when, and the JSON Patch from the version ' +
      'before. Deleted records have a history too.',
    consistencyToken: true,
    response: VersionPage,
    errors: ['NOT_FOUND', 'CURSOR_INVALID', 'LIMIT_EXCEEDED', 'VALIDATION_FAILED'],
  })
  async list(
    @CurrentCaller() caller: Caller,
    @Param('collection') collection: string,
    @Param('id') id: string,
    @Query() query: PageQuery,
  ): Promise<PageOf<RecordVersionView>> {
    return VersionPage.of(await this.histories.list(caller, { collection, id }, query));
  }

  @Get(':id/history/:version')
  @Operation({
    id: 'recordVersion',
    summary: 'Read one version of a record',
    consistencyToken: true,
    description:
      'Returns the event, the document at the version and the patch from the previous one, also for deleted records.',
    response: RecordVersionView,
    etag: true,
    additionalResponses: { 304: 'The representation has not changed (`If-None-Match`).' },
    errors: ['NOT_FOUND'],
  })
  version(
    @CurrentCaller() caller: Caller,
    @Param('collection') collection: string,
    @Param('id') id: string,
    @Param('version') version: string,
  ): Promise<RecordVersionView> {
    return this.histories.version(caller, { collection, id }, version);
  }
}
