import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { CurrentCaller, Operation } from '@haven/api';
import { HavenConfig } from '@haven/config';
import type { Caller } from '@haven/kernel';

import { ChangePageView } from '../application/changes.contract.js';
import { ChangesService } from '../application/changes.service.js';
import { ChangesQuery, requireAscending } from './changes.query.js';
import { acceptsEventStream, lastEventId } from './event-stream-request.js';
import { EventStream } from './event-stream.js';

/** The change feed over REST: a page or, if the client accepts `text/event-stream`, a stream of server-sent events. */
@ApiTags('changes')
@Controller({ path: 'changes', version: '1' })
export class ChangesController {
  constructor(
    private readonly changes: ChangesService,
    private readonly config: HavenConfig,
  ) {}

  @Get()
  @Operation({
    id: 'changes',
    summary: 'Follow the changes of records',
    consistencyToken: true,
    description:
      'Returns all changes in one order, which includes the order of the changes of each record. ' +
      'No change is ever inserted before a cursor that was returned. ' +
      'With `Accept: text/event-stream` the response is a stream that continues with new changes: ' +
      'the name of each event is the `type` of the `Change` in its `data`, and its `id` is the cursor of the change.',
    response: ChangePageView,
    produces: ['application/json', 'text/event-stream'],
    errors: [
      'NOT_FOUND',
      'CURSOR_INVALID',
      'CURSOR_EXPIRED',
      'FILTER_INVALID',
      'LIMIT_EXCEEDED',
      'VALIDATION_FAILED',
      'JSON_NOT_EXACT',
      'MALFORMED_JSON',
      'URI_TOO_LONG',
    ],
  })
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description: 'For streams: the cursor to resume from. It takes precedence over `after`.',
    schema: { type: 'string' },
  })
  async read(
    @CurrentCaller() caller: Caller,
    @Query() query: ChangesQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (!acceptsEventStream(request)) return void reply.send(await this.changes.page(caller, query));
    const { after, collection, filter } = requireAscending(query);
    const input = { after: lastEventId(request) ?? after, collection, filter };
    await new EventStream(request, reply, this.config.changes, this.changes.shutdown).send((signal) =>
      this.changes.follow(caller, input, signal),
    );
  }
}
