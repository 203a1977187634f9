import { Injectable } from '@nestjs/common';

import { PgPubSub, UnitOfWork } from '@haven/database';
import type { Caller } from '@haven/kernel';

import { ACCESS_CHANGED_CHANNEL } from '../domain/channels.js';

/**
 * Tells of changes of who may come in. They are counted in the transaction that makes them, and every process looks at the
 * count: an announcement could be lost, and a revoked key would go on.
 */
@Injectable()
export class CredentialInvalidation {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly pubSub: PgPubSub,
  ) {}

  /** The key or tenant of this id has changed, in the open unit of work; this process knows as soon as it is committed. */
  async publish(caller: Caller, id: string): Promise<void> {
    await this.uow.pipeline(caller, COUNT);
    this.uow.afterCommit(() => this.pubSub.publishLocally(ACCESS_CHANGED_CHANNEL, id));
  }
}

const COUNT = { name: 'access.changed', text: 'UPDATE haven.access_changes SET count = count + 1', values: [] };
