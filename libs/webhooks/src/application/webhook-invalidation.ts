import { Injectable } from '@nestjs/common';

import { PgPubSub, UnitOfWork } from '@haven/database';
import type { Caller } from '@haven/kernel';

import { WEBHOOKS_CHANGED_CHANNEL } from '../domain/channels.js';

/**
 * Makes all processes reload webhooks after a change. It increments a counter that they poll, and publishes a
 * notification: the counter is reliable, the notification is fast.
 */
@Injectable()
export class WebhookInvalidation {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly pubSub: PgPubSub,
  ) {}

  /** Must be called in the unit of work that changes webhooks of the caller's tenant. */
  async publish(caller: Caller): Promise<void> {
    await this.uow.pipeline(caller, COUNT);
    this.wakeDispatchers(caller);
  }

  /**
   * Notifies all processes, once the open unit of work is committed, that webhooks of the caller's tenant have work.
   */
  wakeDispatchers({ tenantId }: Caller): void {
    this.uow.afterCommit(() => this.pubSub.publish(WEBHOOKS_CHANGED_CHANNEL, tenantId));
  }
}

const COUNT = { name: 'webhooks.changed', text: 'UPDATE haven.webhook_changes SET count = count + 1', values: [] };
