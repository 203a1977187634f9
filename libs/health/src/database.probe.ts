import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';

import { Log } from '@haven/observability';

import { MIGRATION_NAMES } from './migration-names.js';

/** Asks the database two questions; whoever asks while an answer is due waits for that one, so probes can not pile up. */
@Injectable()
export class DatabaseProbe {
  private readonly due = new Map<string, Promise<unknown[]>>();
  private isLost = false;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(MIGRATION_NAMES) private readonly migrations: readonly string[],
    private readonly log: Log,
  ) {}

  /** Fails, in words fit for strangers, when the database does not answer. */
  async reach(): Promise<void> {
    await this.ask('SELECT 1');
  }

  /** Fails when a migration this code needs has not run. Later ones may have: during a rollout the old code still serves. */
  async requireMigrations(): Promise<void> {
    const rows = await this.ask('SELECT name FROM haven.migrations');
    const done = new Set((rows as { name: string }[]).map(({ name }) => name)); // the columns are those of the statement
    const missing = this.migrations.filter((name) => !done.has(name));
    if (missing.length > 0) throw new Error(`Not run yet: ${missing.join(', ')}.`);
  }

  private ask(statement: string): Promise<unknown[]> {
    const due = this.due.get(statement) ?? this.query(statement).finally(() => this.due.delete(statement));
    this.due.set(statement, due);
    return due;
  }

  /** The driver's words may hold addresses and names: they go to the log, once for each outage, and never to the client. */
  private async query(statement: string): Promise<unknown[]> {
    try {
      const rows = await this.dataSource.query<unknown[]>(statement);
      this.isLost = false;
      return rows;
    } catch (cause) {
      if (!this.isLost) this.log.warn(`A probe got no answer from the database: ${String(cause)}`, DatabaseProbe.name);
      this.isLost = true;
      throw new Error('The database gives no answer.', { cause });
    }
  }
}
