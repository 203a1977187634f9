import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';

import { CurrentCaller, Operation, PageClass, PageQuery } from '@haven/api';
import type { PageOf } from '@haven/api';
import type { Caller } from '@haven/kernel';

import { CheckpointView } from '../application/audit.contract.js';
import { AuditService } from '../application/audit.service.js';

const CheckpointPage = PageClass(CheckpointView, 'AuditCheckpointPage');

/** Checkpoints of the event log over REST. */
@ApiTags('audit')
@Controller({ path: 'audit', version: '1' })
export class AuditController {
  constructor(private readonly audit: AuditService) {}

  @Get('checkpoint')
  @Operation({
    id: 'auditCheckpoint',
    summary: 'Read the newest checkpoint of the event log',
    description:
      'A checkpoint contains a hash of the log of events up to a position. Keep checkpoints elsewhere, to be ' +
      'able to prove later that the log is unaltered. Fails with `NOT_FOUND` before the first checkpoint.',
    response: CheckpointView,
    errors: ['NOT_FOUND'],
  })
  latest(@CurrentCaller() caller: Caller): Promise<CheckpointView> {
    return this.audit.latest(caller);
  }

  @Get('checkpoints')
  @Operation({
    id: 'auditCheckpoints',
    summary: 'List the checkpoints of the event log, oldest first',
    description: 'The hash of each checkpoint includes that of the checkpoint before it.',
    response: CheckpointPage,
    errors: ['CURSOR_INVALID', 'VALIDATION_FAILED', 'LIMIT_EXCEEDED'],
  })
  async list(@CurrentCaller() caller: Caller, @Query() query: PageQuery): Promise<PageOf<CheckpointView>> {
    return CheckpointPage.of(await this.audit.list(caller, query));
  }
}
