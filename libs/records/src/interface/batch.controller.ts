import { Body, Controller, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';

import { CurrentCaller, Operation } from '@haven/api';
import { Idempotent } from '@haven/idempotency';
import type { Caller, JsonValue } from '@haven/kernel';

import { BatchInput, BatchView } from '../application/batch.contract.js';
import { BatchService } from '../application/batch.service.js';

/** Batches over REST. */
@ApiTags('records')
@Controller({ path: 'batch', version: '1' })
export class BatchController {
  constructor(private readonly batches: BatchService) {}

  @Post()
  @Idempotent()
  @Operation({
    id: 'batch',
    summary: 'Change many records, all or nothing',
    consistencyToken: true,
    description:
      'Operations over any collections, each as if those before it had been done already. The first that is refused is the answer, with its `index`, and nothing is changed.',
    body: BatchInput,
    manyDocuments: true,
    response: BatchView,
    errors: [
      'NOT_FOUND',
      'ALREADY_EXISTS',
      'VERSION_CONFLICT',
      'PRECONDITION_REQUIRED',
      'PATCH_INVALID',
      'PATCH_TEST_FAILED',
      'SCHEMA_VIOLATION',
      'LIMIT_EXCEEDED',
    ],
  })
  run(@CurrentCaller() caller: Caller, @Body() { operations }: BatchInput): Promise<BatchView> {
    return this.batches.run(caller, operations as unknown as JsonValue); // as it came: the service reads it
  }
}
