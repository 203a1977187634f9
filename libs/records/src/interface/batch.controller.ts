import { Body, Controller, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';

import { CurrentCaller, Operation } from '@haven/api';
import { AllowsDryRun } from '@haven/dry-run';
import { Idempotent } from '@haven/idempotency';
import type { Caller, JsonValue } from '@haven/kernel';

import { BatchInput, BatchView } from '../application/batch.contract.js';
import { BatchService } from '../application/batch.service.js';
import { CONDITION_ERRORS, DELETION_ERRORS, PATCH_ERRORS, WRITE_ERRORS } from './operation-errors.js';

/** Applies batches over REST. */
@ApiTags('records')
@Controller({ path: 'batch', version: '1' })
export class BatchController {
  constructor(private readonly batches: BatchService) {}

  @Post()
  @Idempotent()
  @Operation({
    id: 'batch',
    summary: 'Change several records atomically',
    consistencyToken: true,
    description:
      'Applies operations to records in any collections. Each operation sees the effects of those before it. If one ' +
      'fails, nothing is changed, and its error is returned with its `index`.',
    body: BatchInput,
    // No `$ref` to a label: many tools that read OpenAPI resolve it, although it is data.
    example: {
      operations: [
        { op: 'create', collection: 'movies', data: { Title: 'Alien' } },
        { op: 'create', collection: 'movies', data: { Title: 'Aliens' } },
      ],
    },
    manyDocuments: true,
    response: BatchView,
    errors: ['NOT_FOUND', 'ALREADY_EXISTS', ...WRITE_ERRORS, ...PATCH_ERRORS, ...CONDITION_ERRORS, ...DELETION_ERRORS],
  })
  @AllowsDryRun()
  run(@CurrentCaller() caller: Caller, @Body() { operations }: BatchInput): Promise<BatchView> {
    return this.batches.run(caller, operations as unknown as JsonValue); // the service validates the operations
  }
}
