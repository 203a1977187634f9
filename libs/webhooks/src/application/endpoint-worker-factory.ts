import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

import { ChangesReader } from '@haven/changes';
import { HavenConfig } from '@haven/config';
import { UnitOfWork } from '@haven/database';
import { Access } from '@haven/kernel';
import type { Caller } from '@haven/kernel';
import { Log } from '@haven/observability';
import { parseFilter } from '@haven/query';

import { DeliveryLog } from '../domain/delivery-log.js';
import type { EndpointState } from '../domain/delivery-log.js';
import type { EndpointKey } from '../domain/work-claims.js';
import { Semaphore } from '../domain/semaphore.js';
import type { Webhook } from '../domain/webhook.js';
import { WebhooksRepository } from '../domain/webhooks.repository.js';
import { EndpointWorker } from './endpoint-worker.js';
import { MessageSender } from './message-sender.js';
import { WebhookInvalidation } from './webhook-invalidation.js';
import { WebhookMetrics } from './webhook-metrics.js';

/** Tenants whose room is remembered; one that has nothing under way needs none. */
const MOST = 10_000;

/** Makes lanes, and disables a webhook when its lane gives up on it. */
@Injectable()
export class EndpointWorkerFactory {
  private readonly global: Semaphore;
  private readonly semaphores = new LRUCache<string, Semaphore>({ max: MOST });

  constructor(
    private readonly log: DeliveryLog,
    private readonly reader: ChangesReader,
    private readonly sender: MessageSender,
    private readonly webhooks: WebhooksRepository,
    private readonly invalidation: WebhookInvalidation,
    private readonly metrics: WebhookMetrics,
    private readonly uow: UnitOfWork,
    private readonly messages: Log,
    private readonly config: HavenConfig,
  ) {
    this.global = new Semaphore(config.webhooks.sockets);
  }

  /** The lane of a webhook that is held; null if it is not to be worked on. */
  async create(key: EndpointKey): Promise<EndpointWorker | null> {
    const caller = endpointCaller(key);
    const start = await this.log.claim(caller, key.id);
    return start && this.workerFor(caller, start);
  }

  /** Haven gives up on the webhook. */
  async disable(key: EndpointKey, problem: string): Promise<void> {
    const caller = endpointCaller(key);
    await this.uow.run(caller, async () => {
      const webhook = await this.webhooks.find(key.id);
      if (webhook?.state !== 'active') return;
      const before = webhook.revision;
      webhook.disable(problem, new Date());
      await this.webhooks.store(webhook, before);
      await this.invalidation.publish(caller);
    });
    this.messages.warn(
      `Webhook ${key.id} of tenant ${key.tenantId} is disabled: ${problem}`,
      EndpointWorkerFactory.name,
    );
  }

  private workerFor(caller: Caller, state: EndpointState): EndpointWorker {
    return new EndpointWorker(caller, state, {
      log: this.log,
      reader: this.reader,
      selection: this.reader.select(caller, state.webhook.collections ?? undefined, this.filterOf(state.webhook)),
      sender: this.sender,
      slots: this.semaphoreOf(caller.tenantId),
      config: this.config.webhooks,
      attempted: (result) => this.metrics.attempted(result),
    });
  }

  private filterOf({ filter }: Webhook) {
    return filter === null ? undefined : parseFilter(filter, this.config.limits);
  }

  private semaphoreOf(tenantId: string): Semaphore {
    const known = this.semaphores.get(tenantId);
    if (known) return known;
    const semaphore = new Semaphore(this.config.webhooks.concurrencyPerTenant, this.global);
    this.semaphores.set(tenantId, semaphore);
    return semaphore;
  }
}

function endpointCaller({ tenantId, id }: EndpointKey): Caller {
  return { tenantId, actor: `webhook:${id}`, traceId: '0'.repeat(32), access: Access.full };
}
