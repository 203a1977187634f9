import type { PoolClient, QueryResultRow } from 'pg';
import type { EntityManager, ObjectLiteral, Repository } from 'typeorm';

import type { Caller } from '@haven/kernel';

import type { ExclusiveConnection } from './exclusive-connection.js';
import { HAS_WRITTEN, recordPrimaryLsn, recordWriteLsn } from './log-position.js';
import { sendPipeline } from './pipeline.js';
import type { DatabaseMetrics } from './database-metrics.js';
import type { Statement, TextRow } from './pipeline.js';
import type { TenantScoped } from './tenant-scoped.js';
import { tenantStatement } from './tenant-statement.js';
import type { TransactionStart } from './transaction-start.js';

/** Runs after the commit. The unit of work waits for its promise, without holding a connection. */
export type CommitListener = () => void | Promise<void>;

const BEGIN_NESTED = { name: 'nested.begin', text: 'SAVEPOINT nested', values: [] };
const END_NESTED = { name: 'nested.end', text: 'RELEASE SAVEPOINT nested', values: [] };
const UNDO_NESTED = { name: 'nested.undo', text: 'ROLLBACK TO SAVEPOINT nested', values: [] };
const COMMIT = { name: 'commit', text: 'COMMIT', values: [] };
const CHECK_ALL = { name: 'constraints.check', text: 'SET CONSTRAINTS ALL IMMEDIATE', values: [] };

/** An open transaction of one tenant. Repositories get it from {@link UnitOfWork.current}. */
export class Transaction {
  private readonly listeners: CommitListener[] = [];
  private readonly endListeners: (() => void)[] = [];
  private readonly last: Statement[] = [];
  private written = false;

  constructor(
    readonly caller: Caller,
    private readonly connection: ExclusiveConnection,
    private readonly manager: EntityManager,
    private readonly metrics: DatabaseMetrics,
    private readonly start: TransactionStart,
    /** Whether the transaction will be rolled back in any case. */
    readonly isRehearsal = false,
  ) {}

  /** The connection, for one statement. Throws if the statements have been cancelled. */
  private get client(): PoolClient {
    if (this.connection.isCancelled) throw this.connection.explain();
    return this.connection.client;
  }

  /** Condition that TypeORM queries include in order to find only rows of the tenant. */
  get owned(): TenantScoped {
    return { tenantId: this.caller.tenantId };
  }

  /** Runs one statement. Statements that are sent without awaiting each other share a round trip. */
  async query<Row extends QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    const result = await this.client.query<Row>(text, values);
    return result.rows;
  }

  /** Runs statements in one round trip; returns their rows as text. */
  async pipeline(statements: readonly Statement[]): Promise<TextRow[][]> {
    if (!statements.some(({ hasFixedPlan }) => hasFixedPlan)) return this.send(statements);
    const { begin, end } = this.start.fixedPlans;
    const results = await this.send([...begin, ...statements, ...end]);
    return results.slice(begin.length, begin.length + statements.length);
  }

  /** Advances the caller's position to the end of the log, for a response that starts before the transaction ends. */
  async recordPosition(): Promise<void> {
    const { consistency } = this.caller;
    if (consistency) await recordWriteLsn(this.client, consistency);
  }

  /** Returns the given TypeORM repository bound to this transaction. */
  repository<Entity extends ObjectLiteral>(repository: Repository<Entity>): Repository<Entity> {
    return this.manager.withRepository(repository);
  }

  /**
   * Runs `work` for a tenant that may differ from the caller's. An operator's transaction belongs to the operators' own
   * tenant, and only the statements of `work` run for the other tenant. No other statement of the transaction may be
   * sent before `work` ends.
   */
  async inTenant<T>(tenantId: string, work: () => Promise<T>): Promise<T> {
    if (tenantId === this.caller.tenantId) return work();
    await this.pipeline([tenantStatement(tenantId)]);
    const restore = () => this.pipeline([tenantStatement(this.caller.tenantId)]);
    try {
      const result = await work();
      await restore();
      return result;
    } catch (error) {
      await restore().catch(() => undefined); // a failed transaction accepts no statements; it will be rolled back
      throw error;
    }
  }

  /** Runs `work`, and undoes what it has written if it throws. The transaction can continue in both cases. */
  async nested<T>(work: () => Promise<T>): Promise<T> {
    await this.pipeline([BEGIN_NESTED]);
    try {
      const result = await work();
      await this.pipeline([END_NESTED]);
      return result;
    } catch (error) {
      await this.pipeline([UNDO_NESTED]).catch(() => undefined); // the error of `work` says more
      throw error;
    }
  }

  /** Adds a statement that is sent in one round trip with the COMMIT. Its result is discarded. */
  withCommit(statement: Statement): void {
    this.last.push(statement);
  }

  /** Whether the transaction has written anything. Known only after the commit, and only if there are replicas. */
  get hasWritten(): boolean {
    return this.written;
  }

  /**
   * Commits the transaction; called by the unit of work. If the transaction has written something, or the caller is
   * pinned to the primary, the caller's position advances to the end of the log, which is read in the same round trip.
   * From here on, the transaction is not cancelled even if the client disconnects.
   */
  async commit(): Promise<void> {
    const { client } = this; // throws if the statements have been cancelled
    this.connection.protect();
    const { consistency } = this.caller;
    if (!consistency) return this.end();
    const after = { ...consistency, primary: 0n };
    const written = sendPipeline(client, [HAS_WRITTEN]);
    const writesLast = this.last.length > 0;
    const [results] = await Promise.all([written, this.end(), recordWriteLsn(client, after)]);
    this.written = writesLast || results[0]?.[0]?.[0] === 't';
    if (this.written || consistency.pinned) recordPrimaryLsn(consistency, after.primary);
  }

  /** Checks the constraints that are otherwise checked at COMMIT, for a transaction that is not committed. */
  async checkConstraints(): Promise<void> {
    await this.pipeline([CHECK_ALL]);
  }

  /** Rolls back. An error can reveal data that was read, so the position of a pinned caller advances here too. */
  async rollback(): Promise<void> {
    this.connection.protect();
    await this.connection.cancelled(); // otherwise the cancellation could reach the ROLLBACK
    await this.connection.client.query('ROLLBACK').catch(() => undefined);
    if (this.caller.consistency?.pinned) await this.recordPosition().catch(() => undefined);
  }

  private send(statements: readonly Statement[]): Promise<TextRow[][]> {
    return sendPipeline(this.client, statements, this.metrics, this.caller);
  }

  /**
   * Sends the COMMIT. In a failed transaction, COMMIT rolls back without an error, which must not be mistaken for
   * success. Any other statement fails there, so no check is needed if statements of `withCommit` are sent before the
   * COMMIT.
   */
  private async end(): Promise<void> {
    if (this.last.length > 0) {
      await this.pipeline([...this.last, COMMIT]);
      return;
    }
    const from = performance.now();
    const { command } = await this.client.query(COMMIT.text);
    this.metrics.recordOperation(COMMIT.name, from, undefined, this.caller);
    if (command !== 'COMMIT')
      throw new Error('The transaction was rolled back at COMMIT, because one of its statements had failed.');
  }

  /** Registers a listener that runs after the commit, and never if the transaction rolls back. */
  afterCommit(listener: CommitListener): void {
    this.listeners.push(listener);
  }

  /** Calls the after-commit listeners concurrently; resolves when all are done. Called by the unit of work. */
  async committed(): Promise<void> {
    await Promise.all(this.listeners.map(async (listener) => listener()));
  }

  /** Registers a listener that runs when the transaction has ended, after those for its commit if it was committed. */
  onEnd(listener: () => void): void {
    this.endListeners.push(listener);
  }

  /** Calls the listeners of `onEnd`. Called by the unit of work. */
  ended(): void {
    for (const listener of this.endListeners) listener();
  }
}
