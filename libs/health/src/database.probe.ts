import { Inject, Injectable } from '@nestjs/common';

import { DatabaseCheck } from '@haven/database';
import { Log } from '@haven/observability';

import { MIGRATION_NAMES } from './migration-names.js';

/** Queries the database for the probes. */
@Injectable()
export class DatabaseProbe {
  private isLost = false;

  constructor(
    private readonly database: DatabaseCheck,
    @Inject(MIGRATION_NAMES) private readonly migrations: readonly string[],
    private readonly log: Log,
  ) {}

  /** Fails when the database does not respond. The error message reveals no internal details. */
  async reach(): Promise<void> {
    await this.query('SELECT 1');
  }

  /**
   * Fails if a migration that this version of Haven needs has not run. Does not fail if migrations of a later version
   * have run: during a rolling update, processes of the previous version continue to serve.
   */
  async requireMigrations(): Promise<void> {
    const rows = await this.query<{ name: string }>('SELECT name FROM haven.migrations');
    const done = new Set(rows.map(({ name }) => name));
    const missing = this.migrations.filter((name) => !done.has(name));
    if (missing.length > 0) throw new Error(`Missing migrations: ${missing.join(', ')}.`);
  }

  /**
   * Runs a query. The driver's error message may contain addresses and names, so it is logged once per outage, and
   * never sent to the client.
   */
  private async query<Row extends Record<string, unknown>>(statement: string): Promise<Row[]> {
    try {
      const rows = await this.database.query<Row>(statement);
      this.isLost = false;
      return rows;
    } catch (cause) {
      if (!this.isLost) this.log.warn(`A probe could not query the database: ${String(cause)}`, DatabaseProbe.name);
      this.isLost = true;
      throw new Error('The database does not respond.', { cause });
    }
  }
}
