import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { ArrayContainedBy, EntitySchema, LessThan, MoreThan, Not, Repository } from 'typeorm';

import { WriteConflict, TENANT_ID, UnitOfWork } from '@haven/database';
import type { TenantScoped } from '@haven/database';
import type { KeysetRange } from '@haven/kernel';

import { Webhook } from '../domain/webhook.js';
import { WebhooksRepository } from '../domain/webhooks.repository.js';

/** A {@link Webhook} with its tenant. */
type WebhookRow = Webhook & TenantScoped;

/** Maps {@link Webhook} to its table. */
export const WebhookSchema = new EntitySchema<WebhookRow>({
  name: 'Webhook',
  target: Webhook,
  schema: 'haven',
  tableName: 'webhooks',
  columns: {
    tenantId: TENANT_ID,
    id: { type: 'uuid', primary: true },
    url: { type: 'text' },
    description: { type: 'text' },
    collections: { type: 'text', array: true, nullable: true },
    types: { type: 'text', array: true, nullable: true },
    filter: { type: 'jsonb', nullable: true },
    payload: { type: 'text' },
    order: { type: 'text' },
    rate: { type: 'int', nullable: true },
    headers: { type: 'jsonb' },
    secrets: { type: 'jsonb' },
    state: { type: 'text' },
    problem: { type: 'text', nullable: true },
    revision: { type: 'int' },
    createdAt: { type: 'timestamptz', precision: 3, name: 'created_at' },
    updatedAt: { type: 'timestamptz', precision: 3, name: 'updated_at' },
  },
});

@Injectable()
export class TypeOrmWebhooks extends WebhooksRepository {
  constructor(
    @InjectRepository(Webhook) private readonly table: Repository<WebhookRow>,
    private readonly uow: UnitOfWork,
  ) {
    super();
  }

  async add(webhook: Webhook): Promise<void> {
    await this.repository.insert(webhook satisfies object as never); // TypeORM's type is too deep for JSON members
  }

  find(id: string): Promise<Webhook | null> {
    return this.repository.findOneBy({ id, ...this.live });
  }

  list({ beyond, backwards, limit }: KeysetRange<string>, among?: ReadonlySet<string>): Promise<Webhook[]> {
    const id = beyond === undefined ? undefined : backwards ? LessThan(beyond) : MoreThan(beyond);
    return this.repository.find({
      where: { ...this.live, ...within(among), ...(id && { id }) },
      order: { id: backwards ? 'DESC' : 'ASC' },
      take: limit,
    });
  }

  count(among?: ReadonlySet<string>): Promise<number> {
    return this.repository.countBy({ ...this.live, ...within(among) });
  }

  async store(webhook: Webhook, before: number): Promise<void> {
    const { id, ...row } = webhook;
    const { affected } = await this.repository.update(
      { ...this.uow.current().owned, id, revision: before },
      row satisfies object as never,
    );
    if (affected !== 1) throw new WriteConflict();
  }

  private get repository(): Repository<WebhookRow> {
    return this.uow.current().repository(this.table);
  }

  /** Matches the webhooks of the tenant that are not deleted. */
  private get live() {
    return { ...this.uow.current().owned, state: Not('deleted' as const) };
  }
}

function within(among: ReadonlySet<string> | undefined) {
  return among && { collections: ArrayContainedBy([...among]) };
}
