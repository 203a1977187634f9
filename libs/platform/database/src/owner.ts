import { Inject, Injectable } from '@nestjs/common';
import type pg from 'pg';

import { HavenConfig } from '@haven/config';

import { ownerConnection } from './connection.js';
import type { DatabaseAddress } from './connection.js';
import { ConnectionWatch } from './connection-watch.js';
import { WatchedClient } from './watched-client.js';

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
   * Opens a connection as the owning role, runs `work` on it outside any transaction, and closes it. A statement may run
   * for any time. If the process stops while the database does not respond, the statement fails.
   */
  async run<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client: pg.Client = new WatchedClient({
      ...ownerConnection(this.address),
      connectionTimeoutMillis: this.config.database.connectTimeout,
      watch: ConnectionWatch.of(this.config),
      unlimited: true,
    });
    // The current statement fails and reports the error. Without a listener, the error would end the process.
    client.on('error', () => undefined);
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }
}
