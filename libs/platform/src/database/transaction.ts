import type { PoolClient, QueryResultRow } from 'pg';
import type { EntityManager, ObjectLiteral, Repository } from 'typeorm';

import type { Caller } from '@haven/kernel';

import { HAS_WRITTEN, seePrimary, seeWritten } from './log-position.js';
import { sendPipeline } from './pipeline.js';
import type { DatabaseMetrics } from '../observability/metrics/database-metrics.js';
import type { Statement, TextRow } from './pipeline.js';
import type { TenantOwned } from './tenant-owned.js';
import { tenantStatement } from './tenant-statement.js';

const COMMIT = { name: 'commit', text: 'COMMIT', values: [] };

/** One open transaction of one tenant; repositories reach it through {@link UnitOfWork.current}. */
export class Transaction {
  private readonly listeners: (() => void)[] = [];
  private readonly last: Statement[] = [];
  private written = false;

  constructor(
    readonly caller: Caller,
    private readonly client: PoolClient,
    private readonly manager: EntityManager,
    private readonly metrics: DatabaseMetrics,
  ) {}

  /** What the statements of TypeORM ask for, so that they find the tenant's own. */
  get owned(): TenantOwned {
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

  /** The caller sees the log as far as it goes now: for an answer that begins before the transaction ends. */
  async see(): Promise<void> {
    const { sight } = this.caller;
    if (sight?.isKept) await seeWritten(this.client, sight);
  }

  /** The same TypeORM repository, bound to this transaction. */
  repository<Entity extends ObjectLiteral>(repository: Repository<Entity>): Repository<Entity> {
    return this.manager.withRepository(repository);
  }

  /**
   * Runs `work` in a tenant that may be another than the caller's: an operator's transaction is of the operators' own tenant,
   * and only the statements of `work` are of the other. No other statement of the transaction may be sent meanwhile.
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

  /** Whether anything was written to the log; known once it is committed, and only of a caller whose sight that matters to. */
  get hasWritten(): boolean {
    return this.written;
  }

  /** Ends the transaction. Who has written, or is told by the primary alone, sees the log as far as it goes then, asked for in the same round trip. The unit of work's to call. */
  async commit(): Promise<void> {
    const { sight } = this.caller;
    if (!sight?.isKept) return this.end();
    const seen = { ...sight, primary: 0n };
    const asked = sendPipeline(this.client, [HAS_WRITTEN]);
    const isMore = this.last.length > 0;
    const [answer] = await Promise.all([asked, this.end(), seeWritten(this.client, seen)]);
    this.written = isMore || answer[0]?.[0]?.[0] === 't';
    if (this.written || sight.fromPrimary) seePrimary(sight, seen.primary);
  }

  /** Undoes it all. An error can tell what was found; whoever is told by the primary alone then sees the log as far as that. */
  async rollback(): Promise<void> {
    await this.client.query('ROLLBACK').catch(() => undefined);
    if (this.caller.sight?.fromPrimary) await this.see().catch(() => undefined);
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
    this.metrics.finished(COMMIT.name, from, undefined, this.caller);
    if (command !== 'COMMIT') throw new Error('The transaction had failed and was rolled back.');
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
