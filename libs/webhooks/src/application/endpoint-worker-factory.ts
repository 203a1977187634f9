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

/**
 * Maximum number of cached semaphores, one for each tenant. Evicting one is harmless while the tenant has no attempts
 * in flight.
 */
const MAX_SEMAPHORES = 10_000;

/** Creates the workers of endpoints. Disables endpoints that keep failing, or that have responded with 410 (Gone). */
@Injectable()
export class EndpointWorkerFactory {
  private readonly global: Semaphore;
  private readonly semaphores = new LRUCache<string, Semaphore>({ max: MAX_SEMAPHORES });

  constructor(
    private readonly deliveryLog: DeliveryLog,
    private readonly reader: ChangesReader,
    private readonly sender: MessageSender,
    private readonly webhooks: WebhooksRepository,
    private readonly invalidation: WebhookInvalidation,
    private readonly metrics: WebhookMetrics,
    private readonly uow: UnitOfWork,
    private readonly logger: Log,
    private readonly config: HavenConfig,
  ) {
    this.global = new Semaphore(config.webhooks.sockets);
  }

  /** Creates the worker of an endpoint that this process has claimed. Returns null if the webhook is not active. */
  async create(key: EndpointKey): Promise<EndpointWorker | null> {
    const caller = endpointCaller(key);
    const state = await this.deliveryLog.claim(caller, key.id);
    return state && this.workerFor(caller, state);
  }

  /** Disables an active webhook because of `problem`. */
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
    this.logger.warn(
      `Webhook ${key.id} of tenant ${key.tenantId} was disabled: ${problem}`,
      EndpointWorkerFactory.name,
    );
  }

  private workerFor(caller: Caller, state: EndpointState): EndpointWorker {
    return new EndpointWorker(caller, state, {
      log: this.deliveryLog,
      reader: this.reader,
      selection: this.reader.select(caller, state.webhook.collections ?? undefined, this.filterOf(state.webhook)),
      sender: this.sender,
      semaphore: this.semaphoreOf(caller.tenantId),
      config: this.config.webhooks,
      onAttempt: (result) => this.metrics.recordAttempt(caller.tenantId, result),
    });
  }

  private filterOf({ filter }: Webhook) {
    return filter === null ? undefined : parseFilter(filter, this.config.limits);
  }

  private semaphoreOf(tenantId: string): Semaphore {
    const cached = this.semaphores.get(tenantId);
    if (cached) return cached;
    const semaphore = new Semaphore(this.config.webhooks.concurrencyPerTenant, this.global);
    this.semaphores.set(tenantId, semaphore);
    return semaphore;
  }
}

function endpointCaller({ tenantId, id }: EndpointKey): Caller {
  return { tenantId, actor: `webhook:${id}`, traceId: '0'.repeat(32), access: Access.full };
}
