import { Inject, Injectable } from '@nestjs/common';
import pg from 'pg';

import { DATABASE_ADDRESS, HavenConfig, instantOf, runtimeConnection, sendPipeline } from '@haven/platform';
import type { DatabaseAddress, TextRow } from '@haven/platform';

import { LaneBoard } from '../domain/lane-board.js';
import type { KnownWebhook, WebhookName, WebhookTotals } from '../domain/lane-board.js';

/** A holder whose machine has died is found out in 20 seconds. */
const KEEPALIVES = '-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3';

/** A connection, for as long as it lasts. */
interface Session {
  readonly client: pg.Client;
  readonly over: AbortSignal;
}

/** The board in PostgreSQL: lanes are advisory locks of a connection that does nothing else. */
@Injectable()
export class PgLaneBoard extends LaneBoard {
  private session: Promise<Session> | undefined;

  constructor(
    @Inject(DATABASE_ADDRESS) private readonly address: DatabaseAddress,
    @Inject(HavenConfig) private readonly config: HavenConfig,
  ) {
    super();
  }

  async stamp(): Promise<string> {
    const [row] = await this.ask('board.stamp', STAMP);
    return JSON.stringify(row);
  }

  async known(): Promise<KnownWebhook[]> {
    const rows = await this.ask('board.known', 'SELECT tenant_id, id, revision, state FROM haven.known_webhooks');
    return rows.map((row) => ({ ...nameOf(row), revision: Number(row[2]), isActive: row[3] === 'active' }));
  }

  async work(): Promise<WebhookName[]> {
    return (await this.ask('board.work', 'SELECT tenant_id, id FROM haven.webhook_work')).map(nameOf);
  }

  async totals(): Promise<WebhookTotals> {
    const [[pending, dead, disabled, oldest = null, lag] = []] = await this.ask('board.totals', TOTALS);
    return {
      pending: Number(pending),
      dead: Number(dead),
      disabled: Number(disabled),
      oldest: oldest === null ? null : new Date(instantOf(oldest)),
      lag: Number(lag ?? 0),
    };
  }

  async hold(id: string): Promise<AbortSignal | null> {
    const { over } = await this.connected();
    const [row] = await this.ask('board.hold', 'SELECT pg_try_advisory_lock($1)', [lockOf(id)]);
    return row?.[0] === 't' ? over : null;
  }

  async letGo(id: string): Promise<void> {
    await this.ask('board.letGo', 'SELECT pg_advisory_unlock($1)', [lockOf(id)]);
  }

  async close(): Promise<void> {
    const session = await this.session?.catch(() => undefined);
    await session?.client.end().catch(() => undefined);
  }

  private async ask(name: string, text: string, values: unknown[] = []): Promise<TextRow[]> {
    const { client } = await this.connected();
    const [rows = []] = await sendPipeline(client, [{ name, text, values }]);
    return rows;
  }

  private connected(): Promise<Session> {
    if (!this.session) {
      const session = this.connect(() => this.session === session && (this.session = undefined));
      this.session = session;
      session.catch(() => this.session === session && (this.session = undefined));
    }
    return this.session;
  }

  private async connect(lost: () => void): Promise<Session> {
    const connection = runtimeConnection(this.address, this.config);
    const options = `${connection.options} ${KEEPALIVES}`;
    const client = new pg.Client({ ...connection, options, application_name: 'haven-webhooks' });
    const over = new AbortController();
    const end = (): void => {
      lost();
      over.abort();
    };
    client.on('error', end);
    client.once('end', end);
    await client.connect();
    return { client, over: over.signal };
  }
}

const STAMP = `SELECT w.count, a.count FROM haven.webhook_changes AS w, haven.access_changes AS a`;

const TOTALS = 'SELECT pending, dead, disabled, oldest, lag FROM haven.webhook_totals';

function nameOf([tenantId, id]: TextRow): WebhookName {
  return { tenantId: String(tenantId), id: String(id) };
}

/** The random half of an id: 64 bits that no other lock of Haven has. */
function lockOf(id: string): string {
  return String(BigInt.asIntN(64, BigInt(`0x${id.replaceAll('-', '').slice(16)}`)));
}
