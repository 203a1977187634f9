import { Body, Controller, Get, Param, Post, Query, QueryMethod } from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';

import {
  CurrentCaller,
  ENTITY_TAG,
  Operation,
  PageClass,
  RequestCost,
  SuccessHeaders,
  UnchangedPage,
} from '@haven/api';
import type { PageOf } from '@haven/api';
import { KnownTags } from '@haven/http';
import type { Caller, EntityTags } from '@haven/kernel';

import { QUERY_EXAMPLE, RecordQueryInput, TRUNCATED } from '../application/record-queries.contract.js';
import { RecordQueriesService } from '../application/record-queries.service.js';
import { RecordView } from '../application/records.contract.js';
import { ListRecordsQuery } from './records.query.js';

const RecordPage = PageClass(RecordView, 'RecordPage', `${TRUNCATED} Absent in lists with other sorts.`);
const ERRORS = [
  'NOT_FOUND',
  'FILTER_INVALID',
  'SORT_INVALID',
  'CURSOR_INVALID',
  'HISTORY_PRUNED',
  'LIMIT_EXCEEDED',
  'VALIDATION_FAILED',
  'JSON_NOT_EXACT',
  'MALFORMED_JSON',
  'QUERY_TOO_EXPENSIVE',
  'QUERY_TIMEOUT',
  'SEARCH_BUILDING',
] as const;

const IF_NONE_MATCH = {
  name: 'If-None-Match',
  required: false,
  description: 'The `ETag` of an earlier response: if nothing has changed since, the response is 304 without a page.',
  schema: { type: 'string', example: 'W/"EyoS3nQpLPG0YtMzmHoNpw"' },
} as const;

const LIST_TAG = {
  description:
    'A weak entity tag, which changes with the collection and with those that are expanded. It may be absent, ' +
    'especially just after a change.',
  schema: { type: 'string', example: 'W/"EyoS3nQpLPG0YtMzmHoNpw"' },
} as const;

/** Lists records over REST, with the query in the query string or in the body. */
@ApiTags('records')
@Controller({ path: 'collections/:collection', version: '1' })
export class RecordQueriesController {
  constructor(private readonly queries: RecordQueriesService) {}

  @Get('records')
  @Operation({
    id: 'records',
    summary: 'List records',
    description:
      'Filters and sorts can use any member of the data. A query that is too long for a URL can be sent in a ' +
      'body: with `POST …/query`, or with the method QUERY on this URL (RFC 10008).',
    consistencyToken: true,
    response: RecordPage,
    additionalResponses: { 304: 'Nothing has changed that the page depends on (`If-None-Match`).' },
    errors: [...ERRORS, 'URI_TOO_LONG'],
  })
  @ApiHeader(IF_NONE_MATCH)
  @SuccessHeaders({ ETag: LIST_TAG })
  async list(
    @CurrentCaller() caller: Caller,
    @Param('collection') collection: string,
    @Query() query: ListRecordsQuery,
    @KnownTags() known: EntityTags | undefined,
  ): Promise<PageOf<RecordView> | UnchangedPage> {
    const result = await this.queries.listTagged(caller, collection, query, known);
    if ('unchanged' in result) return new UnchangedPage(result.unchanged);
    return Object.assign(RecordPage.of(result.slice, result.total), { [ENTITY_TAG]: result.tag });
  }

  @QueryMethod('records')
  @Operation({
    id: 'queryRecordsByQuery',
    summary: 'List records, with the query in the body (QUERY method, RFC 10008)',
    description: 'The same list as with GET, for queries that are too long for a URL.',
    consistencyToken: true,
    body: RecordQueryInput,
    example: QUERY_EXAMPLE,
    response: RecordPage,
    errors: ERRORS,
  })
  query(
    @CurrentCaller() caller: Caller,
    @Param('collection') collection: string,
    @Body() input: RecordQueryInput,
  ): Promise<PageOf<RecordView>> {
    return this.page(caller, collection, input);
  }

  @Post('query')
  @RequestCost('read')
  @Operation({
    id: 'queryRecords',
    summary: 'List records, with the query in the body',
    description:
      'The same list as with GET, for queries that are too long for a URL. The method QUERY on `…/records` ' +
      'accepts the same body (RFC 10008); OpenAPI 3.1 cannot describe this method.',
    consistencyToken: true,
    body: RecordQueryInput,
    example: QUERY_EXAMPLE,
    response: RecordPage,
    errors: ERRORS,
  })
  post(
    @CurrentCaller() caller: Caller,
    @Param('collection') collection: string,
    @Body() input: RecordQueryInput,
  ): Promise<PageOf<RecordView>> {
    return this.page(caller, collection, input);
  }

  private async page(caller: Caller, collection: string, input: RecordQueryInput): Promise<PageOf<RecordView>> {
    const { slice, total } = await this.queries.list(caller, collection, input);
    return RecordPage.of(slice, total);
  }
}
