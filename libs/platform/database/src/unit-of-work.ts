import { AsyncLocalStorage } from 'node:async_hooks';

import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { PoolClient } from 'pg';
import { DataSource } from 'typeorm';
import type { AfterQueryEvent } from 'typeorm/subscriber/event/QueryEvent.js';

import { HavenConfig } from '@haven/config';
import { HavenError } from '@haven/kernel';
import type { Caller } from '@haven/kernel';

import { DatabaseMetrics, firstWord } from './database-metrics.js';
import { ConnectionPools } from './connection-pools.js';
import { ImplicitTransactions } from './implicit-transactions.js';
import type { ReadOptions } from './implicit-transactions.js';
import { sendPipeline } from './pipeline.js';
import type { Statement, TextRow } from './pipeline.js';
import { Replicas } from './replicas.js';
import { TransactionAttempts } from './transaction-attempts.js';
import { transactionStart } from './transaction-start.js';
import type { TransactionStart } from './transaction-start.js';
import { expectPromptResponse } from './watched-client.js';
import { Transaction } from './transaction.js';
import type { CommitListener } from './transaction.js';

/** Options of {@link UnitOfWork.rehearse}. */
interface RehearsalOptions {
  /** Maximum duration of the transaction, in milliseconds. */
  readonly timeout: number;
  readonly retries?: number;
}

/**
 * Runs transactions. Each belongs to one tenant, which is set only for that transaction. All access to tenant data goes
 * through this class.
 */
@Injectable()
export class UnitOfWork {
  private readonly storage = new AsyncLocalStorage<Transaction>();
  private readonly start: TransactionStart;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    config: HavenConfig,
    private readonly pools: ConnectionPools,
    private readonly replicas: Replicas,
    private readonly metrics: DatabaseMetrics,
    private readonly implicit: ImplicitTransactions,
    private readonly attempts: TransactionAttempts,
  ) {
    this.start = transactionStart(config);
    dataSource.subscribers.push({ afterQuery: (event) => this.recordOrmQuery(event) });
  }

  /**
   * Runs `work` in one transaction of the caller's tenant, or as part of the transaction that is already open. After a
   * serialization failure or a deadlock, `work` runs again, up to `retries` times, so it must have no effect outside
   * the database. Work that cannot be repeated, such as reading a request body as a stream, must set `retries` to 0: a
   * serialization failure or a deadlock then becomes `UNAVAILABLE`, and the client can retry.
   */
  async run<T>(caller: Caller, work: () => Promise<T>, { retries }: { retries?: number } = {}): Promise<T> {
    const open = this.storage.getStore();
    if (open) return join(open, caller, work);
    return this.transaction(caller, work, retries);
  }

  /**
   * Like `run`, but the transaction is always rolled back: `work` returns what it would return, or throws what it would
   * throw, and nothing is changed. After-commit listeners are not called. The transaction ends after `timeout`
   * milliseconds at the latest, with `QUERY_TIMEOUT`, so that others do not wait longer for its locks.
   */
  async rehearse<T>(caller: Caller, work: () => Promise<T>, { timeout, retries }: RehearsalOptions): Promise<T> {
    if (this.isOpen) throw new Error('A transaction that is rolled back cannot be part of another one.');
    return this.attempts.run(() => this.attemptRehearsal(caller, work, timeout), retries);
  }

  /**
   * Runs statements that are all known in advance: as one transaction of the caller's tenant in one round trip, or as
   * part of the open unit of work. Returns the rows of each statement as text. After a serialization failure or a
   * deadlock the statements are sent again, as in `run`.
   */
  pipeline(caller: Caller, ...statements: Statement[]): Promise<TextRow[][]> {
    return this.joined(caller, statements) ?? this.implicit.pipeline(caller, statements);
  }

  /** Like `pipeline`, for statements that only read. They are cancelled when the client disconnects. */
  query(caller: Caller, ...statements: Statement[]): Promise<TextRow[][]> {
    return this.joined(caller, statements) ?? this.implicit.query(caller, statements);
  }

  /**
   * Like `query`, for one statement. By default it is sent to the primary, on a connection that it may share with other
   * statements. Callers must therefore set `isLong` unless the statement finds a few rows by an index.
   */
  read(caller: Caller, statement: Statement, options: ReadOptions = {}): Promise<TextRow[]> {
    const joined = this.joined(caller, [statement]);
    return joined ? joined.then(([rows = []]) => rows) : this.implicit.read(caller, statement, options);
  }

  /**
   * Like `pipeline`, but the statements may share a connection with those of other callers. Callers must pass only
   * statements that write a few rows and cannot wait for a lock: one that waits would delay the other callers.
   */
  write(caller: Caller, ...statements: Statement[]): Promise<TextRow[][]> {
    return this.joined(caller, statements) ?? this.implicit.write(caller, statements);
  }

  /**
   * Like `write`, for statements that write for several callers of one tenant, in one transaction that belongs to no
   * unit of work. Never sends the statements again: throws `RolledBack` if each caller's can be sent by themselves.
   */
  writeTogether(callers: readonly Caller[], ...statements: Statement[]): Promise<TextRow[][]> {
    return this.implicit.writeTogether(callers, statements);
  }

  /** Returns the open transaction, for repositories. Throws outside `run`. */
  current(): Transaction {
    const open = this.storage.getStore();
    if (!open) throw new Error('No unit of work is open.');
    return open;
  }

  /** Whether the calling code runs in a unit of work. */
  get isOpen(): boolean {
    return this.storage.getStore() !== undefined;
  }

  /**
   * Whether the calling code runs in a transaction that will be rolled back (`rehearse`). What it reads may never be
   * committed, so it must not be cached for others.
   */
  get isRehearsal(): boolean {
    return this.storage.getStore()?.isRehearsal === true;
  }

  /**
   * Number of transactions that wait for a connection, or for their turn on a shared one. Those that wait only for
   * connections of their own request or tenant are not included.
   */
  get waiting(): number {
    return Math.max(0, this.attempts.underway - this.pools.taken - this.pools.heldBack);
  }

  /** Number of the tenant's transactions that wait for a connection. Those that share one count once. */
  waitingOf(tenantId: string): number {
    return this.pools.requests.waitingOf(tenantId);
  }

  /**
   * Calls `listener` after the commit of the open unit of work, whose `run` also waits for the listener's promise. If
   * no unit of work is open, calls `listener` immediately.
   */
  afterCommit(listener: CommitListener): void {
    const open = this.storage.getStore();
    if (open) open.afterCommit(listener);
    else void listener();
  }

  /** Records a query that TypeORM sent. TypeORM calls this, with the duration, after the query has ended. */
  private recordOrmQuery({ query, executionTime = 0, error }: AfterQueryEvent): void {
    const failure = error instanceof Error ? error : undefined;
    this.metrics.recordOperation(
      firstWord(query),
      performance.now() - executionTime,
      failure,
      this.storage.getStore()?.caller,
    );
  }

  /** Sends statements as part of the open unit of work, if there is one. */
  private joined(caller: Caller, statements: readonly Statement[]): Promise<TextRow[][]> | undefined {
    const open = this.storage.getStore();
    return open && join(open, caller, () => open.pipeline(statements));
  }

  private async transaction<T>(caller: Caller, work: () => Promise<T>, retries?: number): Promise<T> {
    const { result, done } = await this.attempts.run(() => this.attempt(caller, work), retries);
    await done; // runs without a connection, and outside of the retries: a listener's failure must not repeat the work
    return result;
  }

  private async attempt<T>(caller: Caller, work: () => Promise<T>): Promise<{ result: T; done: Promise<void> }> {
    const runner = this.dataSource.createQueryRunner();
    const connection = await this.pools.requests.exclusiveFor(runner, caller);
    const transaction = new Transaction(caller, connection, runner.manager, this.metrics, this.start);
    try {
      const result = await this.transact(connection.client, transaction, work);
      if (transaction.hasWritten) this.replicas.recordWrite(caller);
      const done = transaction.committed();
      done.catch(() => undefined); // the error is thrown where `done` is awaited, after the connection is released
      return { result, done };
    } catch (error) {
      throw connection.explain(error);
    } finally {
      transaction.ended();
      await connection.release();
    }
  }

  private async attemptRehearsal<T>(caller: Caller, work: () => Promise<T>, timeout: number): Promise<T> {
    const runner = this.dataSource.createQueryRunner();
    const connection = await this.pools.requests.exclusiveFor(runner, caller);
    const timer = setTimeout(() => connection.cancel(tooLong(timeout)), timeout);
    try {
      const transaction = new Transaction(caller, connection, runner.manager, this.metrics, this.start, true);
      const begun = this.begin(connection.client, caller);
      try {
        const result = await this.storage.run(transaction, work);
        await transaction.checkConstraints();
        return result;
      } finally {
        await begun.catch(() => undefined);
        await transaction.rollback();
      }
    } catch (error) {
      throw connection.explain(error);
    } finally {
      clearTimeout(timer);
      await connection.release();
    }
  }

  /**
   * Begins the transaction. Callers do not await it, so that the driver sends it in one round trip with the first
   * statement.
   */
  private begin(client: PoolClient, caller: Caller): Promise<unknown> {
    const { begin, settings } = this.start;
    const begun = sendPipeline(client, [begin, settings(caller.tenantId)], this.metrics, caller);
    begun.catch(() => undefined);
    expectPromptResponse(client);
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

function tooLong(timeout: number): HavenError {
  const detail = `The dry run took longer than dryRun.timeout (${timeout} ms) and was stopped; nothing was changed.`;
  return new HavenError('QUERY_TIMEOUT', detail, { retryAfter: 1 });
}

function join<T>(open: Transaction, caller: Caller, work: () => Promise<T>): Promise<T> {
  if (open.caller.tenantId !== caller.tenantId) throw new Error('The open unit of work belongs to another tenant.');
  return work();
}
