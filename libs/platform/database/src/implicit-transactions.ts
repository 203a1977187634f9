import { Injectable } from '@nestjs/common';

import { HavenConfig } from '@haven/config';
import { ClientGone } from '@haven/kernel';
import type { Caller } from '@haven/kernel';

import { groupOf, shareWritten } from './caller-group.js';
import { ConnectionPools } from './connection-pools.js';
import { isOneReadsFault, isRolledBack, RolledBack, translateDatabaseError } from './database-error.js';
import { DatabaseMetrics } from './database-metrics.js';
import { GroupedReads } from './grouped-reads.js';
import { sendAndRecord } from './log-position.js';
import { MultiplexedPool } from './multiplexed-pool.js';
import type { Connect } from './multiplexed-pool.js';
import type { Statement, TextRow } from './pipeline.js';
import { Replicas } from './replicas.js';
import { TransactionAttempts } from './transaction-attempts.js';
import { settingsFor, transactionStart } from './transaction-start.js';
import type { TransactionStart } from './transaction-start.js';
import { WriteAvailability } from './write-availability.js';

/** Options of {@link ImplicitTransactions.read}. */
export interface ReadOptions {
  /** Whether the statement may take a long time. It then gets a connection of its own. */
  readonly isLong?: boolean;
  /** Whether the statement finds a few rows by their keys. It may then share its transaction with other reads. */
  readonly isByKey?: boolean;
  /**
   * Whether a replica may serve the read. The result reflects everything that the caller has seen, but it may be older
   * than the primary's data, so the caller must not decide from it what to write.
   */
  readonly mayLag?: boolean;
}

/**
 * Maximum number of short pipelines sent on a connection before another one is used. Commits on one connection do not
 * overlap, so writes are spread over more connections.
 */
const READS_PER_CONNECTION = 100;
const WRITES_PER_CONNECTION = 4;

/**
 * Sends pipelines that are each a transaction of their own, in one round trip: PostgreSQL calls it an implicit one,
 * because there is no BEGIN. Pipelines of several callers may share a connection, or a transaction.
 */
@Injectable()
export class ImplicitTransactions {
  private readonly reads: MultiplexedPool;
  private readonly writes: MultiplexedPool;
  private readonly readsByKey = new GroupedReads((...group) => this.readTogether(...group));
  private readonly start: TransactionStart;

  constructor(
    config: HavenConfig,
    private readonly pools: ConnectionPools,
    private readonly replicas: Replicas,
    private readonly metrics: DatabaseMetrics,
    private readonly attempts: TransactionAttempts,
    private readonly writeAvailability: WriteAvailability,
  ) {
    const connect: Connect = (caller, onGranted) => pools.requests.shared(caller, onGranted);
    const { responseTimeout } = config.database;
    this.start = transactionStart(config);
    this.reads = new MultiplexedPool(connect, READS_PER_CONNECTION, metrics, responseTimeout);
    this.writes = new MultiplexedPool(connect, WRITES_PER_CONNECTION, metrics, responseTimeout);
  }

  /** Sends statements over a connection of their own. Returns the rows of each. */
  pipeline(caller: Caller, statements: readonly Statement[]): Promise<TextRow[][]> {
    return this.send(caller, statements, (all) => this.sendExclusively(caller, all, { commits: true }));
  }

  /** Like `pipeline`, for statements that only read. They are cancelled when the client disconnects. */
  query(caller: Caller, statements: readonly Statement[]): Promise<TextRow[][]> {
    return this.send(caller, statements, (all) => this.sendExclusively(caller, all, { commits: false }));
  }

  /** Sends one statement that reads: to a replica if it may, or over a shared connection unless it is long. */
  read(caller: Caller, statement: Statement, options: ReadOptions): Promise<TextRow[]> {
    const isGrouped = options.isByKey && !caller.isStream && !caller.consistency;
    return isGrouped ? this.readsByKey.read(caller, statement) : this.readAlone(caller, statement, options);
  }

  /** Sends statements that write a few rows and wait for no lock, over a shared connection. */
  write(caller: Caller, statements: readonly Statement[]): Promise<TextRow[][]> {
    return this.send(caller, statements, async (all) => {
      const results = await this.writes.send(all, caller);
      this.replicas.recordWrite(caller);
      this.writeAvailability.recordSuccess();
      return results;
    });
  }

  /** Like `write`, for statements that write for several callers of one tenant. Throws `RolledBack` if they failed. */
  writeTogether(callers: readonly Caller[], statements: readonly Statement[]): Promise<TextRow[][]> {
    return this.attempts.runOnce(callers.length, async () => {
      const group = groupOf(callers);
      try {
        const [, ...results] = await this.writes.send(this.withSettings(group, statements), group);
        for (const caller of callers) {
          shareWritten(group, caller);
          this.replicas.recordWrite(caller);
        }
        this.writeAvailability.recordSuccess();
        return results;
      } catch (error) {
        throw isRolledBack(error) ? new RolledBack('', { cause: error }) : translateDatabaseError(error);
      }
    });
  }

  private async readAlone(caller: Caller, statement: Statement, { isLong, mayLag }: ReadOptions): Promise<TextRow[]> {
    if (mayLag) {
      const results = await this.replicas.read(caller, this.withSettings(caller, [statement]), !isLong);
      if (results) return results[1] ?? [];
    }
    const [rows = []] =
      isLong || caller.isStream
        ? await this.query(caller, [statement])
        : await this.send(caller, [statement], (all) => this.reads.send(all, caller));
    return rows;
  }

  private readTogether(callers: readonly Caller[], statements: readonly Statement[]): Promise<TextRow[][]> {
    const group = groupOf(callers);
    const all = this.withSettings(group, statements);
    return this.attempts.run(async () => {
      try {
        const [, ...results] = await this.reads.send(all, group, 'now');
        return results;
      } catch (error) {
        throw statements.length > 1 && isOneReadsFault(error) ? new RolledBack('', { cause: error }) : error;
      }
    });
  }

  private send(
    caller: Caller,
    statements: readonly Statement[],
    sendAll: (all: Statement[]) => Promise<TextRow[][]>,
  ): Promise<TextRow[][]> {
    return this.attempts.run(async () => {
      const [, ...results] = await sendAll(this.withSettings(caller, statements));
      return results;
    });
  }

  private withSettings({ tenantId }: Caller, statements: readonly Statement[]): Statement[] {
    return [settingsFor(this.start, tenantId, statements), ...statements];
  }

  private async sendExclusively(
    caller: Caller,
    statements: readonly Statement[],
    { commits }: { commits: boolean },
  ): Promise<TextRow[][]> {
    const connection = await this.pools.of(caller).exclusive(caller);
    if (commits) connection.protect(); // the statements are committed as soon as they have run
    try {
      const results = await sendAndRecord(connection.client, statements, this.metrics, caller);
      if (connection.isCancelled) throw new ClientGone(); // the results may be those of another statement
      return results;
    } catch (error) {
      throw connection.explain(error);
    } finally {
      await connection.release();
    }
  }
}
