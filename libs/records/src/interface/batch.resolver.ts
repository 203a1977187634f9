import { Args, Mutation, Resolver } from '@nestjs/graphql';

import { CurrentCaller } from '@haven/api';
import { Idempotent } from '@haven/idempotency';
import type { Caller, JsonValue } from '@haven/kernel';

import { BatchOperationInput, BatchView } from '../application/batch.contract.js';
import { BatchService } from '../application/batch.service.js';

/** Batches over GraphQL. */
@Resolver()
export class BatchResolver {
  constructor(private readonly batches: BatchService) {}

  @Mutation(() => BatchView, {
    description:
      'Changes many records, over any collections, all or nothing: each operation as if those before it had been done already. The first that is refused is the error, with its `index` in `extensions`.',
  })
  @Idempotent()
  batch(
    @CurrentCaller() caller: Caller,
    @Args('operations', { type: () => [BatchOperationInput], description: 'Up to `limits.batchOperations`.' })
    operations: BatchOperationInput[],
  ): Promise<BatchView> {
    return this.batches.run(caller, operations as unknown as JsonValue); // as it came: the service reads it
  }
}
