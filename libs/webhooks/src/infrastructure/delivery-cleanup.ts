import { Injectable } from '@nestjs/common';
import type pg from 'pg';

import { HavenConfig } from '@haven/config';
import { sendPipeline, tenantStatement } from '@haven/database';
import { MaintenanceScheduler } from '@haven/events';

/** Maximum number of rows that one transaction deletes. */
const CHUNK_SIZE = 1_000;

/** Maximum number of transactions per tenant or webhook before other maintenance tasks run. */
const MAX_CHUNKS = 50;
const INTERVAL_MS = 10_000;

/** Deletes deliveries that were kept for as long as configured, and all data of deleted webhooks. */
@Injectable()
export class DeliveryCleanup {
  constructor(
    maintenance: MaintenanceScheduler,
    private readonly config: HavenConfig,
  ) {
    maintenance.add({
      name: 'Deleting old deliveries',
      intervalMs: INTERVAL_MS,
      run: (client, signal) => this.run(client, signal),
    });
  }

  private async run(client: pg.Client, signal: AbortSignal): Promise<'done' | 'more'> {
    const { keepDelivered, keepDead } = this.config.webhooks;
    const ago = (milliseconds: number) => new Date(Date.now() - milliseconds);
    const [rows = []] = await sendPipeline(client, [WEBHOOKS]);
    const removals = rows
      .filter(([, , state]) => state === 'deleted')
      .map(([tenant, id]) => ({ tenant, name: 'webhook.remove', text: REMOVE, values: [id, CHUNK_SIZE] as unknown[] }));
    const prunings = [...new Set(rows.map(([tenant]) => tenant))].map((tenant) => ({
      tenant,
      name: 'deliveries.prune',
      text: PRUNE,
      values: [ago(keepDelivered), ago(keepDead), CHUNK_SIZE] as unknown[],
    }));
    let outcome: 'done' | 'more' = 'done';
    for (const { tenant, ...statement } of [...removals, ...prunings]) {
      for (let chunk = 0; ; chunk++) {
        if (signal.aborted) return 'done';
        const [, [row] = []] = await sendPipeline(client, [tenantStatement(String(tenant)), statement]);
        if (row?.[0] !== 't') break;
        if (chunk === MAX_CHUNKS) {
          outcome = 'more';
          break;
        }
      }
    }
    return outcome;
  }
}

const WEBHOOKS = { name: 'webhooks.known', text: 'SELECT tenant_id, id, state FROM haven.known_webhooks', values: [] };
const REMOVE = 'SELECT haven.remove_webhook($1, $2)';
const PRUNE = 'SELECT haven.prune_deliveries($1, $2, $3) = $3';
