import type { PoolClient, QueryResultRow } from 'pg';
import type { EntityManager, ObjectLiteral, Repository } from 'typeorm';

import type { Caller } from '@haven/kernel';

import { sendPipeline } from './pipeline.js';
import type { Statement, TextRow } from './pipeline.js';

/** One open transaction of one tenant; repositories reach it through {@link UnitOfWork.current}. */
export class Transaction {
  private readonly listeners: (() => void)[] = [];

  constructor(
    readonly caller: Caller,
    private readonly client: PoolClient,
    private readonly manager: EntityManager,
  ) {}

  /** Runs one statement; statements sent without waiting in between share a round trip. */
  async query<Row extends QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    const result = await this.client.query<Row>(text, values);
    return result.rows;
  }

  /** Runs statements in one round trip, their rows as text. */
  pipeline(statements: readonly Statement[]): Promise<TextRow[][]> {
    return sendPipeline(this.client, statements);
  }

  /** The same TypeORM repository, bound to this transaction. */
  repository<Entity extends ObjectLiteral>(repository: Repository<Entity>): Repository<Entity> {
    return this.manager.withRepository(repository);
  }

  /** Runs once the transaction has committed; never if it rolls back. */
  afterCommit(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** Tells the after-commit listeners; the unit of work's to call. */
  committed(): void {
    for (const listener of this.listeners) listener();
  }
}
