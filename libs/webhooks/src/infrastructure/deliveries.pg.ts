import { Injectable } from '@nestjs/common';

import type { Caller, EventType } from '@haven/kernel';
import { instantOf, UnitOfWork } from '@haven/platform';
import type { TextRow } from '@haven/platform';

import { Deliveries } from '../domain/deliveries.js';
import type { Progress } from '../domain/deliveries.js';
import type { Attempt, Delivery, DeliveryState } from '../domain/delivery.js';

const COLUMNS = 'seq, event_id, collection, record_id, version, type, state, attempts, due_at, created_at';
const OWN = 'tenant_id = haven.current_tenant() AND webhook_id = $1';

/** The log of deliveries in PostgreSQL. */
@Injectable()
export class PgDeliveries extends Deliveries {
  constructor(private readonly uow: UnitOfWork) {
    super();
  }

  async open(caller: Caller, webhookId: string, position: number): Promise<void> {
    const text = 'INSERT INTO haven.webhook_lanes (webhook_id, position) VALUES ($1, $2)';
    await this.send(caller, 'deliveries.open', text, [webhookId, position]);
  }

  async list(
    caller: Caller,
    webhookId: string,
    { state, before, limit }: { state: DeliveryState | undefined; before: number | undefined; limit: number },
  ): Promise<Delivery[]> {
    const text = `SELECT ${COLUMNS} FROM haven.webhook_deliveries
      WHERE ${OWN} AND ${inState(state)} AND seq < $2 ORDER BY seq DESC LIMIT $3`;
    const values = [webhookId, before ?? Number.MAX_SAFE_INTEGER, limit];
    return (await this.send(caller, `deliveries.list.${state ?? 'all'}`, text, values)).map(deliveryOf);
  }

  async count(caller: Caller, webhookId: string, state: DeliveryState | undefined): Promise<number> {
    const text = `SELECT count(*) FROM haven.webhook_deliveries WHERE ${OWN} AND ${inState(state)}`;
    const [row] = await this.send(caller, `deliveries.count.${state ?? 'all'}`, text, [webhookId]);
    return Number(row?.[0]);
  }

  async find(caller: Caller, webhookId: string, eventId: string): Promise<Delivery | null> {
    const text = `SELECT ${COLUMNS} FROM haven.webhook_deliveries WHERE ${OWN} AND event_id = $2`;
    const [row] = await this.send(caller, 'deliveries.find', text, [webhookId, eventId]);
    return row ? deliveryOf(row) : null;
  }

  async progress(caller: Caller, webhookId: string): Promise<Progress> {
    const [row = []] = await this.send(caller, 'deliveries.progress', PROGRESS, [webhookId]);
    const [position, last, failingSince, pausedUntil, replaying, pending, oldest, dead] = row;
    return {
      position: Number(position),
      lag: Math.max(0, Number(last) - Number(position)),
      pending: Number(pending),
      dead: Number(dead),
      oldestPendingAt: timeOf(oldest),
      failingSince: timeOf(failingSince),
      pausedUntil: timeOf(pausedUntil),
      replaying: replaying === 't',
    };
  }

  async forgive(caller: Caller, webhookId: string): Promise<void> {
    const text = `UPDATE haven.webhook_lanes SET failing_since = NULL, paused_until = NULL WHERE ${OWN}`;
    await this.send(caller, 'deliveries.forgive', text, [webhookId]);
  }

  async redeliver(caller: Caller, webhookId: string, eventId: string): Promise<Delivery | null> {
    const text = `UPDATE haven.webhook_deliveries SET ${AGAIN} WHERE ${OWN} AND event_id = $2 RETURNING ${COLUMNS}`;
    const [row] = await this.send(caller, 'deliveries.again', text, [webhookId, eventId]);
    return row ? deliveryOf(row) : null;
  }

  async redeliverDead(caller: Caller, webhookId: string): Promise<number> {
    const text = `UPDATE haven.webhook_deliveries SET ${AGAIN} WHERE ${OWN} AND state = 'dead' RETURNING seq`;
    return (await this.send(caller, 'deliveries.again.dead', text, [webhookId])).length;
  }

  async replay(caller: Caller, webhookId: string, after: number, until: number): Promise<void> {
    const text = `UPDATE haven.webhook_lanes
      SET replay_after = least(replay_after, $2), replay_until = greatest(replay_until, $3) WHERE ${OWN}`;
    await this.send(caller, 'deliveries.replay', text, [webhookId, after, until]);
  }

  private async send(caller: Caller, name: string, text: string, values: unknown[]): Promise<TextRow[]> {
    const [rows = []] = await this.uow.pipeline(caller, { name, text, values });
    return rows;
  }
}

/** What is asked for anew has all its attempts before it once more. */
const AGAIN = "state = 'retrying', due_at = now(), failures = 0, updated_at = now()";

const PROGRESS = `
SELECT l.position, coalesce((SELECT seq FROM haven.feed_heads WHERE tenant_id = haven.current_tenant()), 0),
  l.failing_since, CASE WHEN l.paused_until > now() THEN l.paused_until END, l.replay_until IS NOT NULL,
  waiting.count, waiting.oldest, (SELECT count(*) FROM haven.webhook_deliveries WHERE ${OWN} AND state = 'dead')
FROM haven.webhook_lanes AS l CROSS JOIN (
  SELECT count(*) AS count, min(created_at) AS oldest FROM haven.webhook_deliveries
  WHERE ${OWN} AND state IN ('retrying', 'held')
) AS waiting
WHERE ${OWN}`;

/** In words, for an index knows its states by them. */
function inState(state: DeliveryState | undefined): string {
  return state === undefined ? 'true' : `state = '${state}'`;
}

function deliveryOf(row: TextRow): Delivery {
  const [seq, eventId, collection, recordId, version, type, state, attempts, dueAt, createdAt] = row as [
    ...[string, string, string, string, string, EventType, DeliveryState, string],
    string | null,
    string,
  ]; // as the statements have them
  return {
    seq: Number(seq),
    eventId,
    collection,
    recordId,
    version: Number(version),
    type,
    state,
    attempts: JSON.parse(attempts) as Attempt[],
    dueAt: timeOf(dueAt),
    createdAt: new Date(instantOf(createdAt)),
  };
}

function timeOf(text: string | null | undefined): Date | null {
  return text == null ? null : new Date(instantOf(text));
}
