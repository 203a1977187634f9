import { Injectable } from '@nestjs/common';
import type pg from 'pg';

import { HavenConfig } from '@haven/config';
import { sendPipeline, tenantStatement } from '@haven/database';
import { MaintenanceScheduler } from '@haven/events';

/** Rows a transaction removes, and how many such follow each other before other chores have their turn. */
const CHUNK = 1_000;
const TURN = 50;
const INTERVAL_MS = 10_000;

/** Forgets deliveries that are old enough, and all that deleted webhooks have left. */
@Injectable()
export class DeliveryCleanup {
  constructor(
    maintenance: MaintenanceScheduler,
    private readonly config: HavenConfig,
  ) {
    maintenance.add({
      name: 'Forgetting deliveries',
      intervalMs: INTERVAL_MS,
      run: (client, signal) => this.run(client, signal),
    });
  }

  private async run(client: pg.Client, signal: AbortSignal): Promise<'done' | 'more'> {
    const { keepDelivered, keepDead } = this.config.webhooks;
    const ago = (milliseconds: number) => new Date(Date.now() - milliseconds);
    const [rows = []] = await sendPipeline(client, [KNOWN]);
    const removals = rows
      .filter(([, , state]) => state === 'deleted')
      .map(([tenant, id]) => ({ tenant, name: 'webhook.remove', text: REMOVE, values: [id, CHUNK] as unknown[] }));
    const prunings = [...new Set(rows.map(([tenant]) => tenant))].map((tenant) => ({
      tenant,
      name: 'deliveries.prune',
      text: PRUNE,
      values: [ago(keepDelivered), ago(keepDead), CHUNK] as unknown[],
    }));
    let left: 'done' | 'more' = 'done';
    for (const { tenant, ...statement } of [...removals, ...prunings]) {
      for (let chunk = 0; ; chunk++) {
        if (signal.aborted) return 'done';
        const [, [row] = []] = await sendPipeline(client, [tenantStatement(String(tenant)), statement]);
        if (row?.[0] !== 't') break;
        if (chunk === TURN) {
          left = 'more';
          break;
        }
      }
    }
    return left;
  }
}

const KNOWN = { name: 'webhooks.known', text: 'SELECT tenant_id, id, state FROM haven.known_webhooks', values: [] };
const REMOVE = 'SELECT haven.remove_webhook($1, $2)';
const PRUNE = 'SELECT haven.prune_deliveries($1, $2, $3) = $3';
