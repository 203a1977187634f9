import { Args, Query, Resolver } from '@nestjs/graphql';

import { Connection, ConnectionArgs, CurrentCaller, toPageRequest } from '@haven/api';
import type { ConnectionOf } from '@haven/api';
import type { Caller } from '@haven/kernel';

import { CheckpointView } from '../application/audit.contract.js';
import { AuditService } from '../application/audit.service.js';

const CheckpointConnection = Connection(CheckpointView, 'AuditCheckpoint');

/** Checkpoints of the event log over GraphQL. */
@Resolver(() => CheckpointView)
export class AuditResolver {
  constructor(private readonly audit: AuditService) {}

  @Query(() => CheckpointView, { nullable: true, description: 'The newest checkpoint of the event log.' })
  auditCheckpoint(@CurrentCaller() caller: Caller): Promise<CheckpointView> {
    return this.audit.latest(caller);
  }

  @Query(() => CheckpointConnection, { nullable: true, description: 'The checkpoints of the event log, oldest first.' })
  async auditCheckpoints(
    @CurrentCaller() caller: Caller,
    @Args() page: ConnectionArgs,
  ): Promise<ConnectionOf<CheckpointView>> {
    return CheckpointConnection.of(await this.audit.list(caller, toPageRequest(page)));
  }
}
