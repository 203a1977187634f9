import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';

import { Log } from '@haven/observability';

import { MIGRATION_NAMES } from './migration-names.js';

/** Queries the database for the probes. Concurrent probes share one running query, so that queries cannot pile up. */
@Injectable()
export class DatabaseProbe {
  private readonly running = new Map<string, Promise<unknown[]>>();
  private isLost = false;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(MIGRATION_NAMES) private readonly migrations: readonly string[],
    private readonly log: Log,
  ) {}

  /** Fails when the database does not respond. The error message reveals no internal details. */
  async reach(): Promise<void> {
    await this.queryShared('SELECT 1');
  }

  /**
   * Fails if a migration that this version of Haven needs has not run. Does not fail if migrations of a later version
   * have run: during a rolling update, processes of the previous version continue to serve.
   */
  async requireMigrations(): Promise<void> {
    const rows = await this.queryShared('SELECT name FROM haven.migrations');
    const done = new Set((rows as { name: string }[]).map(({ name }) => name)); // the statement selects this column
    const missing = this.migrations.filter((name) => !done.has(name));
    if (missing.length > 0) throw new Error(`Missing migrations: ${missing.join(', ')}.`);
  }

  private queryShared(statement: string): Promise<unknown[]> {
    const running = this.running.get(statement) ?? this.query(statement).finally(() => this.running.delete(statement));
    this.running.set(statement, running);
    return running;
  }

  /**
   * Runs a query. The driver's error message may contain addresses and names, so it is logged once per outage, and
   * never sent to the client.
   */
  private async query(statement: string): Promise<unknown[]> {
    try {
      const rows = await this.dataSource.query<unknown[]>(statement);
      this.isLost = false;
      return rows;
    } catch (cause) {
      if (!this.isLost) this.log.warn(`A probe could not query the database: ${String(cause)}`, DatabaseProbe.name);
      this.isLost = true;
      throw new Error('The database does not respond.', { cause });
    }
  }
}
