import { Injectable } from '@nestjs/common';

import { PgPubSub, UnitOfWork } from '@haven/database';
import type { Caller } from '@haven/kernel';

import { WEBHOOKS_CHANGED_CHANNEL } from '../domain/channels.js';

/** Tells all processes of changes of webhooks: a count, which can not be lost, and an announcement, which is quick. */
@Injectable()
export class WebhookInvalidation {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly pubSub: PgPubSub,
  ) {}

  /** Webhooks of the caller's tenant have changed, in the open unit of work. */
  async publish(caller: Caller): Promise<void> {
    await this.uow.pipeline(caller, COUNT);
    this.wakeDispatchers(caller);
  }

  /** Webhooks of the caller's tenant have something to do once the open unit of work is committed. */
  wakeDispatchers({ tenantId }: Caller): void {
    this.uow.afterCommit(() => this.pubSub.publish(WEBHOOKS_CHANGED_CHANNEL, tenantId));
  }
}

const COUNT = { name: 'webhooks.changed', text: 'UPDATE haven.webhook_changes SET count = count + 1', values: [] };
