import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { PoolClient } from 'pg';
import { DataSource } from 'typeorm';

import { HavenConfig } from '@haven/config';

import { translateDatabaseError } from './database-error.js';
import { runWithoutTenant, transactionStart } from './transaction-start.js';
import type { TransactionStart } from './transaction-start.js';

/** Runs statements that belong to no tenant, such as the lookup of an API key before its tenant is known. */
@Injectable()
export class SystemDatabase {
  private readonly start: TransactionStart;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    config: HavenConfig,
  ) {
    this.start = transactionStart(config);
  }

  /** Runs one statement on a connection of the pool. Translates database errors to errors of the catalogue. */
  async query<Row>(text: string, values: unknown[] = []): Promise<Row[]> {
    const runner = this.dataSource.createQueryRunner();
    try {
      const client = (await runner.connect()) as PoolClient; // the driver is always postgres
      return await runWithoutTenant(client, this.start, () => runner.query(text, values) as Promise<Row[]>);
    } catch (error) {
      throw translateDatabaseError(error);
    } finally {
      await runner.release();
    }
  }
}
