import { AsyncLocalStorage } from 'node:async_hooks';

import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { PoolClient } from 'pg';
import { DataSource } from 'typeorm';
import type { AfterQueryEvent } from 'typeorm/subscriber/event/QueryEvent.js';

import { HavenConfig } from '@haven/config';
import type { Caller } from '@haven/kernel';

import { DatabaseMetrics, firstWord } from './database-metrics.js';
import { ConnectionPool } from './connection-pool.js';
import { sendAndRecord } from './log-position.js';
import { sendPipeline } from './pipeline.js';
import type { Statement, TextRow } from './pipeline.js';
import { Replicas } from './replicas.js';
import { MultiplexedPool } from './multiplexed-pool.js';
import { tenantStatement } from './tenant-statement.js';
import { Transaction } from './transaction.js';
import type { CommitListener } from './transaction.js';
import { withRetries } from './with-retries.js';

/** How many short pipelines follow each other on a connection. Commits do not overlap there, so writes take more of them. */
const READS_A_CONNECTION = 100;
const WRITES_A_CONNECTION = 4;

/** How a statement may be read. */
interface ReadOptions {
  /** It may take long, so it gets a connection of its own. */
  readonly isLong?: boolean;
  /** A replica may answer that has all the caller has been shown. Nothing may be decided by it that is then written. */
  readonly mayLag?: boolean;
}

/** The one way to tenant data: a transaction whose tenant is set for it alone. */
@Injectable()
export class UnitOfWork implements OnModuleInit {
  private readonly storage = new AsyncLocalStorage<Transaction>();
  private readonly pool: ConnectionPool;
  private readonly reads: MultiplexedPool;
  private readonly writes: MultiplexedPool;

  private underway = 0;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly config: HavenConfig,
    private readonly replicas: Replicas,
    private readonly metrics: DatabaseMetrics,
  ) {
    this.pool = new ConnectionPool(dataSource, metrics, config.database.poolSize);
    const connect = () => this.pool.connect();
    this.reads = new MultiplexedPool(connect, READS_A_CONNECTION, metrics);
    this.writes = new MultiplexedPool(connect, WRITES_A_CONNECTION, metrics);
    dataSource.subscribers.push({ afterQuery: (event) => this.recordOrmQuery(event) });
  }

  onModuleInit(): void {
    this.pool.ignoreConnectionErrors();
  }

  /**
   * Runs `work` in one transaction of the caller's tenant, joining one that is open. Serialization failures and deadlocks run `work`
   * again, as often as `retries` says, so it must have no effect outside the database. Work that cannot be done again, such as
   * reading the body of a request as it streams by, has no retries: such a failure is `UNAVAILABLE` then, and the client's to retry.
   */
  async run<T>(caller: Caller, work: () => Promise<T>, { retries }: { retries?: number } = {}): Promise<T> {
    const open = this.storage.getStore();
    if (open) return join(open, caller, work);
    return this.transaction(caller, work, retries);
  }

  /**
   * Runs statements that are all known beforehand: one transaction of the caller's tenant in one round trip, or part of the
   * unit of work that is open. Answers the rows of each as text. What collides with others is sent again, as in `run`.
   */
  pipeline(caller: Caller, ...statements: Statement[]): Promise<TextRow[][]> {
    return this.send(caller, statements, async (all) => {
      const client = await this.pool.connect();
      try {
        return await sendAndRecord(client, all, this.metrics, caller);
      } finally {
        client.release();
      }
    });
  }

  /**
   * As `pipeline`, for one statement that reads. By default it is one that finds a few rows by an index, and under load such share
   * connections; and it is asked of the primary.
   */
  async read(caller: Caller, statement: Statement, { isLong, mayLag }: ReadOptions = {}): Promise<TextRow[]> {
    if (mayLag && !this.isOpen) {
      const all = [tenantStatement(caller.tenantId), statement];
      const answered = await this.replicas.read(caller, all, !isLong);
      if (answered) return answered[1] ?? [];
    }
    const [rows = []] = isLong
      ? await this.pipeline(caller, statement)
      : await this.send(caller, [statement], (all) => this.reads.send(all, caller));
    return rows;
  }

  /** As `pipeline`, for writing a few rows without waiting for anybody's lock: under load such share connections. */
  write(caller: Caller, ...statements: Statement[]): Promise<TextRow[][]> {
    return this.send(caller, statements, async (all) => {
      const results = await this.writes.send(all, caller);
      this.replicas.wrote(caller);
      return results;
    });
  }

  /** The open transaction; repositories call this, and fail outside `run`. */
  current(): Transaction {
    const open = this.storage.getStore();
    if (!open) throw new Error('No unit of work is open.');
    return open;
  }

  /** Whether a unit of work is open here. */
  get isOpen(): boolean {
    return this.storage.getStore() !== undefined;
  }

  /** How many transactions wait for a connection, or for their turn on one. */
  get waiting(): number {
    return Math.max(0, this.underway - this.pool.taken);
  }

  /**
   * Calls `listener` once what was written is committed: at once, unless a unit of work is open. `run` resolves when the
   * listener's promise does.
   */
  afterCommit(listener: CommitListener): void {
    const open = this.storage.getStore();
    if (open) open.afterCommit(listener);
    else void listener();
  }

  /** As part of the open unit of work, or by `alone` as a transaction of the tenant's own. */
  private send(
    caller: Caller,
    statements: Statement[],
    alone: (all: Statement[]) => Promise<TextRow[][]>,
  ): Promise<TextRow[][]> {
    const open = this.storage.getStore();
    if (open) return join(open, caller, () => open.pipeline(statements));
    return this.retrying(async () => {
      const [, ...results] = await alone([tenantStatement(caller.tenantId), ...statements]);
      return results;
    });
  }

  private async retrying<T>(work: () => Promise<T>, retries = this.config.database.retries): Promise<T> {
    this.underway++;
    try {
      return await withRetries(work, retries);
    } finally {
      this.underway--;
    }
  }

  /** TypeORM sends by itself; how long that took it tells afterwards. */
  private recordOrmQuery({ query, executionTime = 0, error }: AfterQueryEvent): void {
    const failure = error instanceof Error ? error : undefined;
    this.metrics.recordOperation(
      firstWord(query),
      performance.now() - executionTime,
      failure,
      this.storage.getStore()?.caller,
    );
  }

  private async transaction<T>(caller: Caller, work: () => Promise<T>, retries?: number): Promise<T> {
    const { result, done } = await this.retrying(() => this.attempt(caller, work), retries);
    await done; // without a connection, and never a reason to run the work again
    return result;
  }

  private async attempt<T>(caller: Caller, work: () => Promise<T>): Promise<{ result: T; done: Promise<void> }> {
    const runner = this.dataSource.createQueryRunner();
    try {
      const client = await this.pool.connectFor(runner);
      const transaction = new Transaction(caller, client, runner.manager, this.metrics);
      const result = await this.transact(client, transaction, work);
      if (transaction.hasWritten) this.replicas.wrote(caller);
      const done = transaction.committed();
      done.catch(() => undefined); // thrown where it is awaited, after the connection is released
      return { result, done };
    } finally {
      await runner.release();
    }
  }

  /** Not awaited by the caller: the driver sends this with the first statement of the work, in one round trip. */
  private begin(client: PoolClient, caller: Caller): Promise<unknown> {
    const begun = sendPipeline(client, [BEGIN, tenantStatement(caller.tenantId)], this.metrics, caller);
    begun.catch(() => undefined);
    return begun;
  }

  private async transact<T>(client: PoolClient, transaction: Transaction, work: () => Promise<T>): Promise<T> {
    const begun = this.begin(client, transaction.caller);
    try {
      const result = await this.storage.run(transaction, work);
      await begun;
      await transaction.commit();
      return result;
    } catch (error) {
      await begun.catch(() => undefined);
      await transaction.rollback();
      throw error;
    }
  }
}

const BEGIN = { name: 'begin', text: 'BEGIN', values: [] };

function join<T>(open: Transaction, caller: Caller, work: () => Promise<T>): Promise<T> {
  if (open.caller.tenantId !== caller.tenantId) throw new Error('A unit of work has one tenant.');
  return work();
}
