import { Injectable } from '@nestjs/common';
import type { OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import type pg from 'pg';

import { PgPubSub, sendPipeline, tenantStatement } from '@haven/database';
import { MaintenanceScheduler } from '@haven/events';
import type { MaintenanceTask } from '@haven/events';

import { ACCESS_CHANGED_CHANNEL } from '../domain/channels.js';

/** Number of rows removed by one transaction. */
const CHUNK = 1_000;
/** Number of transactions that may run in a row before other maintenance tasks get their turn. */
const MAX_CHUNKS = 50;

/**
 * Minimum time from the deletion of a tenant until its row is removed: requests that were authenticated before the
 * deletion may still write data, which must be removed too.
 */
const GRACE = '30 seconds';
const INTERVAL_MS = 10_000;

/**
 * Removes the data of deleted tenants in chunks, and finally the tenants themselves. Runs in the process that is the
 * leader; a new leader continues where the previous one stopped.
 */
@Injectable()
export class TenantRemoval implements OnModuleInit, OnModuleDestroy {
  private readonly task: MaintenanceTask = {
    name: 'Removing tenants',
    intervalMs: INTERVAL_MS,
    run: removeTenants,
  };
  private stopListening: (() => void) | undefined;

  constructor(
    private readonly maintenance: MaintenanceScheduler,
    private readonly pubSub: PgPubSub,
  ) {
    maintenance.add(this.task);
  }

  async onModuleInit(): Promise<void> {
    this.stopListening = await this.pubSub.subscribe(ACCESS_CHANGED_CHANNEL, () => this.maintenance.request(this.task));
  }

  onModuleDestroy(): void {
    this.stopListening?.();
  }
}

async function removeTenants(client: pg.Client, signal: AbortSignal): Promise<'done' | 'more'> {
  const [tenants = []] = await sendPipeline(client, [DELETED]);
  let left: 'done' | 'more' = 'done';
  for (const [tenant = null] of tenants) {
    if (tenant !== null && (await removeContents(client, tenant, signal)) === 'more') left = 'more';
  }
  return left;
}

async function removeContents(client: pg.Client, tenant: string, signal: AbortSignal): Promise<'done' | 'more'> {
  for (let chunk = 0; chunk < MAX_CHUNKS; chunk++) {
    if (signal.aborted) return 'done';
    const contents = { name: 'tenant.contents', text: 'SELECT haven.remove_contents($1)', values: [CHUNK] };
    const [, [row] = []] = await sendPipeline(client, [tenantStatement(tenant), contents]);
    if (row?.[0] === 't') continue;
    await sendPipeline(client, [{ name: 'tenant.gone', text: GONE, values: [tenant] }]);
    return 'done';
  }
  return 'more';
}

const DELETED = {
  name: 'tenant.deleted',
  text: "SELECT id FROM haven.tenants WHERE state = 'deleting' ORDER BY updated_at",
  values: [],
};
const GONE = `DELETE FROM haven.tenants WHERE id = $1 AND state = 'deleting' AND updated_at < now() - interval '${GRACE}'`;
