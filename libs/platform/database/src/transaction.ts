import type { PoolClient, QueryResultRow } from 'pg';
import type { EntityManager, ObjectLiteral, Repository } from 'typeorm';

import type { Caller } from '@haven/kernel';

import { HAS_WRITTEN, recordPrimaryLsn, recordWriteLsn } from './log-position.js';
import { sendPipeline } from './pipeline.js';
import type { DatabaseMetrics } from './database-metrics.js';
import type { Statement, TextRow } from './pipeline.js';
import type { TenantScoped } from './tenant-scoped.js';
import { tenantStatement } from './tenant-statement.js';

/** Runs after the commit. The unit of work waits for its promise, without a connection. */
export type CommitListener = () => void | Promise<void>;

const COMMIT = { name: 'commit', text: 'COMMIT', values: [] };

/** One open transaction of one tenant; repositories reach it through {@link UnitOfWork.current}. */
export class Transaction {
  private readonly listeners: CommitListener[] = [];
  private readonly last: Statement[] = [];
  private written = false;

  constructor(
    readonly caller: Caller,
    private readonly client: PoolClient,
    private readonly manager: EntityManager,
    private readonly metrics: DatabaseMetrics,
  ) {}

  /** What the statements of TypeORM ask for, so that they find the tenant's own. */
  get owned(): TenantScoped {
    return { tenantId: this.caller.tenantId };
  }

  /** Runs one statement; statements sent without waiting in between share a round trip. */
  async query<Row extends QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    const result = await this.client.query<Row>(text, values);
    return result.rows;
  }

  /** Runs statements in one round trip, their rows as text. */
  pipeline(statements: readonly Statement[]): Promise<TextRow[][]> {
    return sendPipeline(this.client, statements, this.metrics, this.caller);
  }

  /** Advances the caller's position to the end of the log: for a response that begins before the transaction ends. */
  async recordPosition(): Promise<void> {
    const { consistency } = this.caller;
    if (consistency) await recordWriteLsn(this.client, consistency);
  }

  /** The same TypeORM repository, bound to this transaction. */
  repository<Entity extends ObjectLiteral>(repository: Repository<Entity>): Repository<Entity> {
    return this.manager.withRepository(repository);
  }

  /**
   * Runs `work` in a tenant that may be another than the caller's: an operator's transaction is of the operators' own tenant,
   * and only the statements of `work` are of the other. No other statement of the transaction may be sent until it ends.
   */
  async inTenant<T>(tenantId: string, work: () => Promise<T>): Promise<T> {
    if (tenantId === this.caller.tenantId) return work();
    await this.pipeline([tenantStatement(tenantId)]);
    const leave = () => this.pipeline([tenantStatement(this.caller.tenantId)]);
    try {
      const result = await work();
      await leave();
      return result;
    } catch (error) {
      await leave().catch(() => undefined); // a transaction that has failed takes no statements, and is rolled back
      throw error;
    }
  }

  /** Sends a statement whose answer nobody waits for together with the COMMIT, in its round trip. */
  withCommit(statement: Statement): void {
    this.last.push(statement);
  }

  /** Whether anything was written to the log; known after the commit, and only where there are replicas. */
  get hasWritten(): boolean {
    return this.written;
  }

  /**
   * Ends the transaction; called by the unit of work. If it has written, or the caller is pinned to the primary, the caller's
   * position advances to the end of the log, which is asked for in the same round trip.
   */
  async commit(): Promise<void> {
    const { consistency } = this.caller;
    if (!consistency) return this.end();
    const after = { ...consistency, primary: 0n };
    const asked = sendPipeline(this.client, [HAS_WRITTEN]);
    const isMore = this.last.length > 0;
    const [answer] = await Promise.all([asked, this.end(), recordWriteLsn(this.client, after)]);
    this.written = isMore || answer[0]?.[0]?.[0] === 't';
    if (this.written || consistency.pinned) recordPrimaryLsn(consistency, after.primary);
  }

  /** Undoes everything. An error can show what was read, so the position of a pinned caller advances here too. */
  async rollback(): Promise<void> {
    await this.client.query('ROLLBACK').catch(() => undefined);
    if (this.caller.consistency?.pinned) await this.recordPosition().catch(() => undefined);
  }

  /**
   * COMMIT of a transaction that has failed rolls back without an error; that must not pass for success. (Any other statement
   * fails in it.)
   */
  private async end(): Promise<void> {
    if (this.last.length > 0) {
      await this.pipeline([...this.last, COMMIT]);
      return;
    }
    const from = performance.now();
    const { command } = await this.client.query(COMMIT.text);
    this.metrics.recordOperation(COMMIT.name, from, undefined, this.caller);
    if (command !== 'COMMIT') throw new Error('The transaction had failed and was rolled back.');
  }

  /** Runs once the transaction has committed; never if it rolls back. */
  afterCommit(listener: CommitListener): void {
    this.listeners.push(listener);
  }

  /** Calls the after-commit listeners at once; resolves when all are done. Called by the unit of work. */
  async committed(): Promise<void> {
    await Promise.all(this.listeners.map(async (listener) => listener()));
  }
}
