import type { Writable } from 'node:stream';

import { Body, Controller, Get, Headers, Param, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';

import { CurrentCaller, Operation, RequestCost } from '@haven/api';
import { AllowsDryRun } from '@haven/dry-run';
import { positionHeader, startResponse } from '@haven/http';
import { Idempotent } from '@haven/idempotency';
import { ClientGone } from '@haven/kernel';
import type { Caller } from '@haven/kernel';

import { RecordsExportInput } from '../application/export.contract.js';
import { ExportService } from '../application/export.service.js';
import { ImportReportView } from '../application/import.contract.js';
import { ImportService } from '../application/import.service.js';
import { WRITE_ERRORS } from './operation-errors.js';
import { ExportQuery, ImportQuery } from './records.query.js';
import { exportFormat, importOptions, TRANSFER_TYPES } from './transfer-options.js';

const EXPORT_ERRORS = [
  'NOT_FOUND',
  'FILTER_INVALID',
  'CURSOR_INVALID',
  'HISTORY_PRUNED',
  'LIMIT_EXCEEDED',
  'SEARCH_BUILDING',
  'VALIDATION_FAILED',
  'JSON_NOT_EXACT',
  'MALFORMED_JSON',
] as const;

/** Imports and exports whole collections as streams of NDJSON or CSV. */
@ApiTags('records')
@Controller({ path: 'collections/:collection', version: '1' })
export class TransferController {
  constructor(
    private readonly imports: ImportService,
    private readonly exports: ExportService,
  ) {}

  @Post('import')
  @Idempotent()
  @Operation({
    id: 'importRecords',
    summary: 'Import records from a stream',
    description:
      'Each line is one JSON object. Invalid lines are skipped and reported. With `atomic`, the first invalid line ' +
      'undoes the whole import.',
    consistencyToken: true,
    body: { type: 'string', description: 'One JSON object per line, or CSV whose first line is a header.' },
    example: '{"Title":"Alien","IMDB Rating":8.5}\n{"Title":"Aliens","IMDB Rating":8.4}\n',
    examples: { 'text/csv': 'Title,IMDB Rating\nAlien,8.5\nAliens,8.4\n' },
    consumes: TRANSFER_TYPES,
    response: ImportReportView,
    errors: ['VALIDATION_FAILED', 'NOT_FOUND', 'MALFORMED_CSV', 'VERSION_CONFLICT', ...WRITE_ERRORS],
  })
  @AllowsDryRun()
  import(
    @CurrentCaller() caller: Caller,
    @Param('collection') collection: string,
    @Query() query: ImportQuery,
    @Headers('content-type') contentType: string | undefined,
    @Body() body: AsyncIterable<Uint8Array>,
  ): Promise<ImportReportView> {
    return this.imports.import(caller, collection, body, importOptions(query, contentType));
  }

  @Get('export')
  @Operation({
    id: 'exportRecords',
    summary: 'Export all records as a stream',
    description:
      'Each line is one JSON object. The export contains the records as they were at one moment, however long ' +
      'it takes. A filter that is too long for a URL can be sent in a body, with `POST`.',
    consistencyToken: true,
    produces: TRANSFER_TYPES,
    errors: [...EXPORT_ERRORS, 'URI_TOO_LONG'],
  })
  export(
    @CurrentCaller() caller: Caller,
    @Param('collection') collection: string,
    @Query() query: ExportQuery,
    @Headers('accept') accept: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.stream(caller, collection, query, { accept, reply });
  }

  @Post('export')
  @RequestCost('read')
  @Operation({
    id: 'exportMatchingRecords',
    summary: 'Export records as a stream, with the filter in the body',
    description: 'The same export as with GET, for filters that are too long for a URL.',
    consistencyToken: true,
    body: RecordsExportInput,
    example: { filter: { 'Major Genre': 'Drama' }, shape: 'document' },
    produces: TRANSFER_TYPES,
    errors: EXPORT_ERRORS,
  })
  exportMatching(
    @CurrentCaller() caller: Caller,
    @Param('collection') collection: string,
    @Body() input: RecordsExportInput,
    @Headers('accept') accept: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.stream(caller, collection, input, { accept, reply });
  }

  private async stream(
    caller: Caller,
    collection: string,
    { filter, shape, asOf, expand, ...options }: ExportQuery | RecordsExportInput,
    { accept, reply }: { accept: string | undefined; reply: FastifyReply },
  ): Promise<void> {
    const { mediaType, csv } = exportFormat(options, accept);
    const lines = lineWriter(reply, caller, mediaType);
    await this.exports.export(caller, collection, { filter, shape, asOf, expand, csv }, lines.write);
    lines.end();
  }
}

/**
 * Returns a function that writes lines to the response, no faster than the client reads them, and a function that ends
 * it. Writing throws if the client has disconnected.
 */
function lineWriter(reply: FastifyReply, caller: Caller, type: string) {
  const { raw } = reply;
  let body: Writable | undefined;
  const write = async (lines: string): Promise<void> => {
    if (raw.destroyed) throw new ClientGone();
    body ??= startResponse(reply, {
      ...positionHeader(caller),
      'content-type': type,
      'cache-control': 'private, no-cache',
    });
    if (lines !== '' && !body.write(lines)) await untilDrained(body);
  };
  return { write, end: () => void body?.end() };
}

/** Resolves once the buffered data has been sent or the client has disconnected. */
function untilDrained(body: Writable): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      body.off('drain', settle).off('close', settle);
      resolve();
    };
    body.on('drain', settle).on('close', settle);
  });
}
