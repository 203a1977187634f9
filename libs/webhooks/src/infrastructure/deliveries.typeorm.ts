import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { EntitySchema, LessThan, MoreThan, Repository } from 'typeorm';

import { toRfc3339, TENANT_ID, UnitOfWork } from '@haven/database';
import type { TenantScoped, TextRow } from '@haven/database';
import type { Caller, KeysetRange } from '@haven/kernel';

import { DeliveriesRepository } from '../domain/deliveries.repository.js';
import type { DeliveryProgress } from '../domain/deliveries.repository.js';
import { Delivery } from '../domain/delivery.js';
import type { DeliveryState } from '../domain/delivery.js';

/** A {@link Delivery} with its tenant and webhook, and the columns that only workers read. */
type DeliveryRow = Delivery & TenantScoped & { webhookId: string; failures: number; updatedAt: Date };

/** Maps {@link Delivery} to its table. Workers write deliveries with SQL (ADR 23). */
export const DeliverySchema = new EntitySchema<DeliveryRow>({
  name: 'Delivery',
  target: Delivery,
  schema: 'haven',
  tableName: 'webhook_deliveries',
  columns: {
    tenantId: TENANT_ID,
    webhookId: { type: 'uuid', name: 'webhook_id', select: false },
    seq: { type: 'bigint', primary: true, transformer: { from: Number, to: (seq: number) => seq } },
    eventId: { type: 'uuid', name: 'event_id' },
    collection: { type: 'text' },
    recordId: { type: 'uuid', name: 'record_id' },
    version: { type: 'int' },
    type: { type: 'text' },
    state: { type: 'text', collation: 'C' },
    attempts: { type: 'jsonb' },
    failures: { type: 'smallint', select: false },
    dueAt: { type: 'timestamptz', precision: 3, name: 'due_at', nullable: true },
    createdAt: { type: 'timestamptz', precision: 3, name: 'created_at' },
    updatedAt: { type: 'timestamptz', precision: 3, name: 'updated_at', select: false },
  },
});

/**
 * The delivery log in PostgreSQL. The progress of each webhook is a row of `webhook_lanes`, which its worker also
 * updates; it is accessed with plain SQL.
 */
@Injectable()
export class TypeOrmDeliveries extends DeliveriesRepository {
  constructor(
    @InjectRepository(Delivery) private readonly table: Repository<DeliveryRow>,
    private readonly uow: UnitOfWork,
  ) {
    super();
  }

  list(
    webhookId: string,
    state: DeliveryState | undefined,
    { beyond, backwards, limit }: KeysetRange<number>,
  ): Promise<Delivery[]> {
    const seq = beyond === undefined ? undefined : backwards ? MoreThan(beyond) : LessThan(beyond);
    return this.repository.find({
      where: { ...this.of(webhookId, state), ...(seq && { seq }) },
      order: { seq: backwards ? 'ASC' : 'DESC' },
      take: limit,
    });
  }

  count(webhookId: string, state: DeliveryState | undefined): Promise<number> {
    return this.repository.countBy(this.of(webhookId, state));
  }

  find(webhookId: string, eventId: string): Promise<Delivery | null> {
    return this.repository.findOneBy({ ...this.of(webhookId), eventId });
  }

  async redeliver(webhookId: string, eventId: string): Promise<Delivery | null> {
    const { affected } = await this.repository.update({ ...this.of(webhookId), eventId }, REDELIVERY);
    return affected === 1 ? this.find(webhookId, eventId) : null;
  }

  async redeliverDead(webhookId: string): Promise<number> {
    const { affected } = await this.repository.update(this.of(webhookId, 'dead'), REDELIVERY);
    return affected ?? 0;
  }

  async createProgress(caller: Caller, webhookId: string, position: number): Promise<void> {
    const text = 'INSERT INTO haven.webhook_lanes (webhook_id, position) VALUES ($1, $2)';
    await this.send(caller, 'deliveries.open', text, [webhookId, position]);
  }

  async progress(caller: Caller, webhookId: string): Promise<DeliveryProgress> {
    const [row = []] = await this.send(caller, 'deliveries.progress', PROGRESS, [webhookId]);
    const [position, last, failingSince, pausedUntil, replaying, pending, oldest, dead] = row;
    return {
      position: Number(position),
      lag: Math.max(0, Number(last) - Number(position)),
      pending: Number(pending),
      dead: Number(dead),
      oldestPendingAt: toDate(oldest),
      failingSince: toDate(failingSince),
      pausedUntil: toDate(pausedUntil),
      replaying: replaying === 't',
    };
  }

  async resetFailures(caller: Caller, webhookId: string): Promise<void> {
    const text = `UPDATE haven.webhook_lanes SET failing_since = NULL, paused_until = NULL WHERE ${OWN}`;
    await this.send(caller, 'deliveries.forgive', text, [webhookId]);
  }

  async replay(caller: Caller, webhookId: string, after: number, until: number): Promise<void> {
    const text = `UPDATE haven.webhook_lanes
      SET replay_after = least(replay_after, $2), replay_until = greatest(replay_until, $3) WHERE ${OWN}`;
    await this.send(caller, 'deliveries.replay', text, [webhookId, after, until]);
  }

  private get repository(): Repository<DeliveryRow> {
    return this.uow.current().repository(this.table);
  }

  private of(webhookId: string, state?: DeliveryState) {
    return { ...this.uow.current().owned, webhookId, ...(state && { state }) };
  }

  private async send(caller: Caller, name: string, text: string, values: unknown[]): Promise<TextRow[]> {
    const [rows = []] = await this.uow.pipeline(caller, { name, text, values });
    return rows;
  }
}

/**
 * Makes a delivery due now and resets its failures. Uses `now()`, because workers compare due times with the clock of
 * the database.
 */
const REDELIVERY = { state: 'retrying' as const, dueAt: () => 'now()', failures: 0, updatedAt: () => 'now()' };

const OWN = 'tenant_id = haven.current_tenant() AND webhook_id = $1';

const PROGRESS = `
SELECT l.position, coalesce((SELECT seq FROM haven.feed_heads WHERE tenant_id = haven.current_tenant()), 0),
  l.failing_since, CASE WHEN l.paused_until > now() THEN l.paused_until END, l.replay_until IS NOT NULL,
  waiting.count, waiting.oldest, (SELECT count(*) FROM haven.webhook_deliveries WHERE ${OWN} AND state = 'dead')
FROM haven.webhook_lanes AS l CROSS JOIN (
  SELECT count(*) AS count, min(created_at) AS oldest FROM haven.webhook_deliveries
  WHERE ${OWN} AND state IN ('retrying', 'held')
) AS waiting
WHERE ${OWN}`;

function toDate(text: string | null | undefined): Date | null {
  return text == null ? null : new Date(toRfc3339(text));
}
