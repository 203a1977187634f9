import { Args, Mutation, Resolver } from '@nestjs/graphql';

import { CurrentCaller, ManyDocuments } from '@haven/api';
import { AllowsDryRunArgument } from '@haven/dry-run';
import { Idempotent } from '@haven/idempotency';
import type { Caller, JsonValue } from '@haven/kernel';

import { BatchOperationInput, BatchView } from '../application/batch.contract.js';
import { BatchService } from '../application/batch.service.js';

/** Applies batches over GraphQL. */
@Resolver()
export class BatchResolver {
  constructor(private readonly batches: BatchService) {}

  @Mutation(() => BatchView, {
    nullable: true,
    description:
      'Changes several records in any collections atomically. Each operation sees the effects of those before it. If ' +
      'one fails, nothing is changed, and its error is returned with its `index` in `extensions`.',
  })
  @Idempotent()
  @AllowsDryRunArgument()
  @ManyDocuments()
  batch(
    @CurrentCaller() caller: Caller,
    @Args('operations', {
      type: () => [BatchOperationInput],
      description: 'The operations, at most `limits.batchOperations`.',
    })
    operations: BatchOperationInput[],
  ): Promise<BatchView> {
    return this.batches.run(caller, operations as unknown as JsonValue); // the service validates the operations
  }
}
