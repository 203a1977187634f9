import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

import { ChangesReader } from '@haven/changes';
import { HavenConfig } from '@haven/config';
import { UnitOfWork } from '@haven/database';
import { Access } from '@haven/kernel';
import type { Caller } from '@haven/kernel';
import { Log } from '@haven/observability';
import { parseFilter } from '@haven/query';

import { LaneLog } from '../domain/lane-log.js';
import type { LaneStart } from '../domain/lane-log.js';
import type { WebhookName } from '../domain/lane-board.js';
import { Slots } from '../domain/slots.js';
import type { Webhook } from '../domain/webhook.js';
import { Webhooks } from '../domain/webhooks.js';
import { Lane } from './lane.js';
import { Sender } from './sender.js';
import { WebhookChanges } from './webhook-changes.js';
import { WebhookMetrics } from './webhook-metrics.js';

/** Tenants whose room is remembered; one that has nothing under way needs none. */
const MOST = 10_000;

/** Makes lanes, and disables a webhook when its lane gives up on it. */
@Injectable()
export class Lanes {
  private readonly all: Slots;
  private readonly slots = new LRUCache<string, Slots>({ max: MOST });

  constructor(
    private readonly log: LaneLog,
    private readonly reader: ChangesReader,
    private readonly sender: Sender,
    private readonly webhooks: Webhooks,
    private readonly changes: WebhookChanges,
    private readonly metrics: WebhookMetrics,
    private readonly uow: UnitOfWork,
    private readonly messages: Log,
    private readonly config: HavenConfig,
  ) {
    this.all = new Slots(config.webhooks.sockets);
  }

  /** The lane of a webhook that is held; null if it is not to be worked on. */
  async open(name: WebhookName): Promise<Lane | null> {
    const caller = callerOf(name);
    const start = await this.log.claim(caller, name.id);
    return start && this.laneOf(caller, start);
  }

  /** Haven gives up on the webhook. */
  async disable(name: WebhookName, problem: string): Promise<void> {
    const caller = callerOf(name);
    await this.uow.run(caller, async () => {
      const webhook = await this.webhooks.find(name.id);
      if (webhook?.state !== 'active') return;
      const before = webhook.revision;
      webhook.disable(problem, new Date());
      await this.webhooks.store(webhook, before);
      await this.changes.tell(caller);
    });
    this.messages.warn(`Webhook ${name.id} of tenant ${name.tenantId} is disabled: ${problem}`, Lanes.name);
  }

  private laneOf(caller: Caller, start: LaneStart): Lane {
    return new Lane(caller, start, {
      log: this.log,
      reader: this.reader,
      selection: this.reader.select(caller, start.webhook.collections ?? undefined, this.filterOf(start.webhook)),
      sender: this.sender,
      slots: this.slotsOf(caller.tenantId),
      config: this.config.webhooks,
      attempted: (result) => this.metrics.attempted(result),
    });
  }

  private filterOf({ filter }: Webhook) {
    return filter === null ? undefined : parseFilter(filter, this.config.limits);
  }

  private slotsOf(tenantId: string): Slots {
    const known = this.slots.get(tenantId);
    if (known) return known;
    const slots = new Slots(this.config.webhooks.concurrencyPerTenant, this.all);
    this.slots.set(tenantId, slots);
    return slots;
  }
}

function callerOf({ tenantId, id }: WebhookName): Caller {
  return { tenantId, actor: `webhook:${id}`, traceId: '0'.repeat(32), access: Access.full };
}
