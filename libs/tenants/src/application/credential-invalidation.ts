import { Injectable } from '@nestjs/common';

import { PgPubSub, UnitOfWork } from '@haven/database';
import type { Caller } from '@haven/kernel';

import { ACCESS_CHANGED_CHANNEL } from '../domain/channels.js';

/**
 * Publishes changes to API keys and tenants. The transaction of each change also increments a counter in the database,
 * which every process polls. A notification could be lost, and a revoked key would then stay valid.
 */
@Injectable()
export class CredentialInvalidation {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly pubSub: PgPubSub,
  ) {}

  /**
   * Called in the open unit of work that changes the key or tenant with this id. This process is notified right after
   * the commit; other processes notice the change when they next poll.
   */
  async publish(caller: Caller, id: string): Promise<void> {
    await this.uow.pipeline(caller, COUNT);
    this.uow.afterCommit(() => this.pubSub.publishLocally(ACCESS_CHANGED_CHANNEL, id));
  }
}

const COUNT = { name: 'access.changed', text: 'UPDATE haven.access_changes SET count = count + 1', values: [] };
