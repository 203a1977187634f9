import { Injectable } from '@nestjs/common';
import type { OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import type pg from 'pg';

import { dropIndexes, Owner, PgPubSub, sendPipeline, tenantStatement } from '@haven/database';
import { MaintenanceScheduler } from '@haven/events';
import type { MaintenanceTask } from '@haven/events';

import { ACCESS_CHANGED_CHANNEL } from '../domain/channels.js';

/** Number of indexes that are dropped before other maintenance tasks get their turn. */
const DROP_BATCH = 20;
/** Maximum time that dropping an index waits for transactions that use it, so that other tasks are not delayed long. */
const DROP_LOCK_TIMEOUT = '5s';

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
 * Drops the declared indexes of deleted tenants, then removes their data in chunks, and finally the tenants themselves.
 * Runs in the process that is the leader; a new leader continues where the previous one stopped.
 */
@Injectable()
export class TenantRemoval implements OnModuleInit, OnModuleDestroy {
  private readonly task: MaintenanceTask = {
    name: 'Removing tenants',
    intervalMs: INTERVAL_MS,
    run: (client, signal) => this.removeTenants(client, signal),
  };
  private stopListening: (() => void) | undefined;

  constructor(
    private readonly maintenance: MaintenanceScheduler,
    private readonly pubSub: PgPubSub,
    private readonly owner: Owner,
  ) {
    maintenance.add(this.task);
  }

  async onModuleInit(): Promise<void> {
    this.stopListening = await this.pubSub.subscribe(ACCESS_CHANGED_CHANNEL, () => this.maintenance.request(this.task));
  }

  onModuleDestroy(): void {
    this.stopListening?.();
  }

  private async removeTenants(client: pg.Client, signal: AbortSignal): Promise<'done' | 'more'> {
    const [tenants = []] = await sendPipeline(client, [DELETED]);
    let left: 'done' | 'more' = 'done';
    for (const [tenant = null] of tenants) {
      if (tenant !== null && (await this.removeTenant(client, tenant, signal)) === 'more') left = 'more';
    }
    return left;
  }

  /**
   * Drops some of the tenant's indexes or, if it has none, removes some of its data. While indexes exist, planning
   * locks them for every tenant, and each removed record has to be removed from them too.
   */
  private async removeTenant(client: pg.Client, tenant: string, signal: AbortSignal): Promise<'done' | 'more'> {
    const [, rows = []] = await sendPipeline(client, [tenantStatement(tenant), INDEXES]);
    const names = rows.map(([name]) => String(name));
    if (names.length === 0) return removeContents(client, tenant, signal);
    await this.owner.run(async (owner) => {
      await owner.query(`SET lock_timeout = '${DROP_LOCK_TIMEOUT}'`);
      await dropIndexes(owner, names);
    });
    return 'more';
  }
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

/** Selects some indexes of the current tenant's collections. Their names contain the collection's number. */
const INDEXES = {
  name: 'tenant.indexes',
  text: `
SELECT c.relname FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
JOIN haven.collections AS k ON k.id = substring(c.relname from '^records_c([0-9]+)_')::integer
WHERE i.indrelid = 'haven.records'::regclass AND k.tenant_id = haven.current_tenant()
LIMIT ${DROP_BATCH}`,
  values: [],
};
