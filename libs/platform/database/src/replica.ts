import pg from 'pg';

import type { HavenConfig } from '@haven/config';

import { runtimeConnection } from './connection.js';
import { readLogPosition, REPLAYED } from './log-position.js';
import { sendPipeline } from './pipeline.js';
import type { RoundTripRecorder, Statement, TextRow } from './pipeline.js';
import { inspectRowSecurity } from './row-security.js';
import { MultiplexedPool } from './multiplexed-pool.js';

/** How many short pipelines follow each other on a connection. */
const READS_A_CONNECTION = 100;

/** Tells a cluster from all others; a replica has it from its primary. */
export const CLUSTER: Statement = {
  text: 'SELECT system_identifier FROM pg_control_system()',
  values: [],
};

/** What a replica answered, and between which positions of the log. */
export interface ReplicaRead {
  results: TextRow[][];
  /** What it had replayed before it read; all of that is in what it read. */
  from: bigint;
  /** What it had replayed after; nothing later is in what it read. */
  to: bigint;
}

/** A standby of the primary may not be what its address leads to; it must not be read then. */
export class ReplicaError extends Error {
  override readonly name = 'ReplicaError';
}

/** One server that replays the primary's log, and may be read. */
export class Replica {
  /** How far it had replayed the log when it last said so; undefined while it does not answer or has not been looked at. */
  position: bigint | undefined;
  private readonly pool: pg.Pool;
  private readonly shared: MultiplexedPool;
  private vetted = false;

  constructor(
    /** How it is called where secrets do not belong. */
    readonly place: string,
    url: string,
    config: HavenConfig,
    private readonly cluster: () => Promise<string | null>,
    private readonly metrics: RoundTripRecorder,
  ) {
    const passwordFile = new URL(url).password === '' ? config.database.passwordFile : undefined;
    this.pool = new pg.Pool(runtimeConnection({ url, ...(passwordFile && { passwordFile }) }, config));
    this.pool.on('error', () => (this.position = undefined)); // an idle connection has broken
    this.shared = new MultiplexedPool(() => this.pool.connect(), READS_A_CONNECTION, metrics);
  }

  /** Asks how far it is; fails when it does not answer, and with a `ReplicaError` when it must not be read. */
  async poll(): Promise<void> {
    try {
      if (!this.vetted) await this.validate();
      this.vetted = true;
      this.position = readLogPosition(await this.shared.send([REPLAYED]));
      if (this.position === undefined) throw this.notAReplica();
    } catch (error) {
      this.position = undefined;
      throw error;
    }
  }

  /** Short reads share connections; others have one for themselves. */
  async read(statements: readonly Statement[], isShort: boolean): Promise<ReplicaRead> {
    try {
      const answers = await this.send([REPLAYED, ...statements, REPLAYED], isShort);
      const [first, last] = [readLogPosition(answers), readLogPosition(answers.slice(statements.length + 1))];
      if (first === undefined || last === undefined) throw this.notAReplica();
      this.position = last;
      return { results: answers.slice(1, statements.length + 1), from: first, to: last };
    } catch (error) {
      this.position = undefined; // until it is looked at again
      throw error;
    }
  }

  end(): Promise<void> {
    return this.pool.end();
  }

  private notAReplica(): ReplicaError {
    return new ReplicaError(`${this.place} is no replica: it takes writes.`);
  }

  private async send(statements: readonly Statement[], isShort: boolean): Promise<TextRow[][]> {
    if (isShort) return this.shared.send(statements);
    const client = await this.pool.connect();
    try {
      return await sendPipeline(client, statements, this.metrics);
    } finally {
      client.release();
    }
  }

  /** What keeps tenants apart on the primary is looked for here too, for an address may lead anywhere. */
  private async validate(): Promise<void> {
    const client = await this.pool.connect();
    try {
      const [[replayed] = [], [cluster] = []] = await sendPipeline(client, [REPLAYED, CLUSTER]);
      if (replayed?.[0] == null) throw this.notAReplica();
      if (cluster?.[0] !== (await this.cluster()))
        throw new ReplicaError(`${this.place} is a replica of another primary.`);
      const { flaws } = await inspectRowSecurity(client);
      if (flaws.length > 0) throw new ReplicaError(`${this.place} would not keep tenants apart. ${flaws.join(' ')}`);
    } finally {
      client.release();
    }
  }
}
