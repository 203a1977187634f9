import { Inject, Injectable } from '@nestjs/common';
import type pg from 'pg';

import { HavenConfig } from '@haven/config';

import { ownerConnection } from './connection.js';
import type { DatabaseAddress } from './connection.js';
import { ConnectionWatch } from './connection-watch.js';
import { sessionPid } from './session-connection.js';
import { silenceOf, WatchedClient } from './watched-client.js';

/** DI token of the {@link DatabaseAddress}. */
export const DATABASE_ADDRESS = Symbol('DATABASE_ADDRESS');

/** Runs rare work that only the owner of the tables may do, such as building an index. Never used for tenant data. */
@Injectable()
export class Owner {
  constructor(
    @Inject(DATABASE_ADDRESS) private readonly address: DatabaseAddress,
    private readonly config: HavenConfig,
  ) {}

  /**
   * Opens a connection as the owning role, runs `work` on it outside any transaction, and closes it. A statement may
   * run for any time, as long as PostgreSQL says that it runs.
   */
  async run<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = await this.open({ unlimited: true });
    const { statementTimeout, responseTimeout } = this.config.database;
    const limit = statementTimeout + responseTimeout;
    let timer: NodeJS.Timeout | undefined;
    try {
      const pid = await sessionPid(client);
      timer = setInterval(() => void this.closeIfDead(client, pid, limit), limit).unref();
      return await work(client);
    } finally {
      clearInterval(timer);
      await client.end();
    }
  }

  private async open({ unlimited }: { unlimited: boolean }): Promise<pg.Client> {
    const client: pg.Client = new WatchedClient({
      ...ownerConnection(this.address),
      connectionTimeoutMillis: this.config.database.connectTimeout,
      watch: ConnectionWatch.of(this.config),
      unlimited,
    });
    // The current statement fails and reports the error. Without a listener, the error would end the process.
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  /** Closes a connection that has been silent for `limit` milliseconds, unless its statement still runs. */
  private async closeIfDead(client: pg.Client, pid: number | undefined, limit: number): Promise<void> {
    if (silenceOf(client) < limit || (await this.isActive(pid))) return;
    if (client instanceof WatchedClient) client.destroy(silenceOf(client));
  }

  /** Whether PostgreSQL says, over another connection, that a statement of this process id runs. */
  private async isActive(pid: number | undefined): Promise<boolean> {
    try {
      const other = await this.open({ unlimited: false });
      try {
        const { rowCount } = await other.query("SELECT FROM pg_stat_activity WHERE pid = $1 AND state = 'active'", [
          pid,
        ]);
        return rowCount === 1;
      } finally {
        await other.end();
      }
    } catch {
      return false; // the database responds on no connection
    }
  }
}
