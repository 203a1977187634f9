import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { CurrentCaller, Operation } from '@haven/api';
import { HavenConfig } from '@haven/config';
import type { Caller } from '@haven/kernel';

import { ChangePageView } from '../application/changes.contract.js';
import { ChangesService } from '../application/changes.service.js';
import { ChangesQuery } from './changes.query.js';
import { asksForEvents, lastEventId } from './event-stream-request.js';
import { EventStream } from './event-stream.js';

/** The changes over REST: a page, or a stream of server-sent events for whoever accepts that. */
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
      'All changes in one order, in which those of one record follow each other; nothing ever appears before a cursor that was given out. With `Accept: text/event-stream` the answer is a stream that goes on with what happens: its events are named by the `type` of the `Change` in their `data`, and their `id` is its cursor.',
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
    description: 'For streams: the cursor to resume from; it wins over `after`.',
    schema: { type: 'string' },
  })
  async read(
    @CurrentCaller() caller: Caller,
    @Query() query: ChangesQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (!asksForEvents(request)) return void reply.send(await this.changes.page(caller, query));
    const { after, collection, filter } = query;
    const input = { after: lastEventId(request) ?? after, collection, filter };
    await new EventStream(request, reply, this.config.changes, this.changes.ending).send((signal) =>
      this.changes.follow(caller, input, signal),
    );
  }
}
