import { Inject, Injectable } from '@nestjs/common';

import { HavenConfig } from '@haven/config';
import { BY_INDEX, DATABASE_ADDRESS, toRfc3339, KEEPALIVES, DedicatedConnection, sendPipeline } from '@haven/database';
import type { DatabaseAddress, TextRow } from '@haven/database';

import { WorkClaims } from '../domain/work-claims.js';
import type { EndpointSummary, EndpointKey, WebhookTotals } from '../domain/work-claims.js';

/** Implements claims as advisory locks in PostgreSQL, which a dedicated connection holds. */
@Injectable()
export class PgWorkClaims extends WorkClaims {
  private readonly connection: DedicatedConnection;

  constructor(@Inject(DATABASE_ADDRESS) address: DatabaseAddress, config: HavenConfig) {
    super();
    this.connection = new DedicatedConnection(address, config, 'haven-webhooks', `${KEEPALIVES} ${BY_INDEX}`);
  }

  async revision(): Promise<string> {
    const [row] = await this.query('board.stamp', REVISION);
    return JSON.stringify(row);
  }

  async endpoints(): Promise<EndpointSummary[]> {
    const rows = await this.query('board.known', 'SELECT tenant_id, id, revision, state FROM haven.known_webhooks');
    return rows.map((row) => ({ ...toEndpointKey(row), revision: Number(row[2]), isActive: row[3] === 'active' }));
  }

  async endpointsWithWork(): Promise<EndpointKey[]> {
    return (await this.query('board.work', 'SELECT tenant_id, id FROM haven.webhook_work')).map(toEndpointKey);
  }

  async totals(): Promise<WebhookTotals> {
    const [[pending, dead, disabled, oldest = null, lag] = []] = await this.query('board.totals', TOTALS);
    return {
      pending: Number(pending),
      dead: Number(dead),
      disabled: Number(disabled),
      oldest: oldest === null ? null : new Date(toRfc3339(oldest)),
      lag: Number(lag ?? 0),
    };
  }

  async claim(id: string): Promise<AbortSignal | null> {
    const { over } = await this.connection.open();
    const [row] = await this.query('board.hold', 'SELECT pg_try_advisory_lock($1)', [lockOf(id)]);
    return row?.[0] === 't' ? over : null;
  }

  async release(id: string): Promise<void> {
    await this.query('board.letGo', 'SELECT pg_advisory_unlock($1)', [lockOf(id)]);
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  private async query(name: string, text: string, values: unknown[] = []): Promise<TextRow[]> {
    const { client } = await this.connection.open();
    const [rows = []] = await sendPipeline(client, [{ name, text, values }]);
    return rows;
  }
}

const REVISION = `SELECT w.count, a.count FROM haven.webhook_changes AS w, haven.access_changes AS a`;

const TOTALS = 'SELECT pending, dead, disabled, oldest, lag FROM haven.webhook_totals';

function toEndpointKey([tenantId, id]: TextRow): EndpointKey {
  return { tenantId: String(tenantId), id: String(id) };
}

/**
 * Returns the key of a webhook's advisory lock: the random half of its id. With 64 random bits, a collision with the
 * key of another lock is practically impossible.
 */
function lockOf(id: string): string {
  return String(BigInt.asIntN(64, BigInt(`0x${id.replaceAll('-', '').slice(16)}`)));
}
