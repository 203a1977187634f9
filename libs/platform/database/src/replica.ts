import pg from 'pg';

import { parsePostgresUrl } from '@haven/config';
import type { HavenConfig } from '@haven/config';
import { HavenError, sqlState } from '@haven/kernel';
import type { Caller } from '@haven/kernel';

import { pooledConnection } from './connection.js';
import { ConnectionPool } from './connection-pool.js';
import type { DatabaseMetrics } from './database-metrics.js';
import { readLogPosition, REPLAYED } from './log-position.js';
import { sendPipeline } from './pipeline.js';
import type { Statement, TextRow } from './pipeline.js';
import { inspectRowSecurity } from './row-security.js';
import { MultiplexedPool } from './multiplexed-pool.js';
import { runWithoutTenant, transactionStart } from './transaction-start.js';

/** Maximum number of short pipelines sent on a connection before another one is used. */
const READS_PER_CONNECTION = 100;

/** Reads the identifier of the cluster. A replica has the same identifier as its primary. */
export const CLUSTER: Statement = {
  text: 'SELECT system_identifier FROM pg_control_system()',
  values: [],
};

/** Results of a read from a replica, and the log positions between which it was made. */
export interface ReplicaRead {
  results: TextRow[][];
  /** Position replayed before the read. The results include everything up to it. */
  from: bigint;
  /** Position replayed after the read. The results include nothing later. */
  to: bigint;
}

/** Thrown for a server that must not be read, because it is not a safe standby of the primary. */
export class ReplicaError extends Error {
  override readonly name = 'ReplicaError';
}

/** A server that replays the primary's log and can be read. */
export class Replica {
  /**
   * Log position replayed at the last response; undefined before the first poll and while the replica does not respond.
   */
  position: bigint | undefined;
  /** Name for messages, which must not contain the URL's secrets. */
  readonly name: string;
  private readonly pool: pg.Pool;
  private readonly connections: ConnectionPool;
  private readonly shared: MultiplexedPool;
  private validated = false;

  constructor(
    number: number,
    url: string,
    private readonly config: HavenConfig,
    private readonly cluster: () => Promise<string | null>,
    private readonly metrics: DatabaseMetrics,
  ) {
    this.name = `Replica ${number}`;
    const passwordFile = parsePostgresUrl(url).password === undefined ? config.database.passwordFile : undefined;
    this.pool = new pg.Pool(pooledConnection({ url, ...(passwordFile && { passwordFile }) }, config));
    this.pool.on('error', () => (this.position = undefined)); // an idle connection broke
    const { poolSize: size, acquireTimeout } = config.database;
    const { poolQueue: tenantQueue, burstWait } = config.overload;
    const options = { size, isShared: true, acquireTimeout, tenantQueue, burstWait };
    this.connections = new ConnectionPool(() => this.pool, options, metrics.pool(`haven-replica-${number}`));
    this.shared = new MultiplexedPool(
      (caller, onGranted) => this.connections.shared(caller, onGranted),
      READS_PER_CONNECTION,
      metrics,
      config.database.responseTimeout,
    );
  }

  /**
   * Reads the replayed log position. Throws an error if the replica does not respond, and a `ReplicaError` if it must
   * not be read.
   */
  async poll(): Promise<void> {
    try {
      if (!this.validated) await this.validate();
      this.validated = true;
      this.position = readLogPosition(await this.shared.send([REPLAYED]));
      if (this.position === undefined) throw this.notAReplica();
    } catch (error) {
      this.position = undefined;
      throw error;
    }
  }

  /** Runs statements that read. Short reads share connections; any other read gets its own. */
  async read(caller: Caller, statements: readonly Statement[], isShort: boolean): Promise<ReplicaRead> {
    try {
      const all = await this.send(caller, [REPLAYED, ...statements, REPLAYED], isShort);
      const [first, last] = [readLogPosition(all), readLogPosition(all.slice(statements.length + 1))];
      if (first === undefined || last === undefined) throw this.notAReplica();
      this.position = last;
      return { results: all.slice(1, statements.length + 1), from: first, to: last };
    } catch (error) {
      if (!isReadsFault(error)) this.position = undefined; // until the next poll
      throw error;
    }
  }

  end(): Promise<void> {
    return this.pool.end();
  }

  private notAReplica(): ReplicaError {
    return new ReplicaError(`${this.name} is not a replica: it accepts writes.`);
  }

  private async send(caller: Caller, statements: readonly Statement[], isShort: boolean): Promise<TextRow[][]> {
    const { consistency: _, ...withoutPosition } = caller; // `read` advances it, by the position of this server
    if (isShort) return this.shared.send(statements, withoutPosition);
    const connection = await this.connections.exclusive(caller);
    try {
      return await sendPipeline(connection.client, statements, this.metrics);
    } catch (error) {
      throw connection.explain(error);
    } finally {
      await connection.release();
    }
  }

  /**
   * Checks that the server is a replica of this primary and isolates tenants as the primary does, because the
   * configured URL may be that of any server.
   */
  private async validate(): Promise<void> {
    const client = await this.pool.connect();
    try {
      const [[replayed] = [], [cluster] = []] = await sendPipeline(client, [REPLAYED, CLUSTER]);
      if (replayed?.[0] == null) throw this.notAReplica();
      if (cluster?.[0] !== (await this.cluster()))
        throw new ReplicaError(`${this.name} is a replica of another primary.`);
      const { flaws, hasRole } = await runWithoutTenant(client, transactionStart(this.config), () =>
        inspectRowSecurity(client),
      );
      if (!hasRole)
        throw new ReplicaError(`${this.name} is behind a connection pooler, which dropped Haven's settings.`);
      if (flaws.length > 0) throw new ReplicaError(`${this.name} does not isolate tenants. ${flaws.join(' ')}`);
    } finally {
      client.release();
    }
  }
}

/** SQLSTATE of a statement that was cancelled by its timeout. */
const QUERY_CANCELED = '57014';

/** Whether the read itself is the reason for the error, so that the primary would fail likewise. */
export function isReadsFault(error: unknown): boolean {
  return error instanceof HavenError || sqlState(error) === QUERY_CANCELED;
}
