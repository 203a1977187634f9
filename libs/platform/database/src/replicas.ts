import { Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';

import { HavenConfig } from '@haven/config';
import type { Caller } from '@haven/kernel';
import { ComponentHealths, Log } from '@haven/observability';
import type { ComponentHealth } from '@haven/observability';

import { BackgroundTasks } from './background-task.js';
import type { BackgroundTask } from './background-task.js';
import { DatabaseMetrics } from './database-metrics.js';
import { poolOf } from './connection-pool.js';
import { translateDatabaseError } from './database-error.js';
import { readLogPosition, recordReplayLsn, WRITTEN } from './log-position.js';
import { sendPipeline } from './pipeline.js';
import type { Statement, TextRow } from './pipeline.js';
import { CLUSTER, isReadsFault, Replica, ReplicaError } from './replica.js';

/** Maximum delay between polls of the replicas. It is shorter if the allowed lag is less than four times this. */
const POLL_MS = 1_000;

/** The end of the primary's log at a point in time. */
interface LogMark {
  at: number;
  position: bigint;
}

/**
 * The servers that replay the primary's log. A replica may serve a read if it has replayed everything that the caller
 * has seen, everything that this process has written for the caller's tenant, and everything older than
 * `database.replicaMaxLag`. The replica's response includes its replayed position. If that is not sufficient, or no
 * replica qualifies, the primary serves the read.
 */
@Injectable()
export class Replicas implements OnModuleInit, BeforeApplicationShutdown {
  readonly configured: boolean;
  private readonly replicas: readonly Replica[];
  /** Position of this process's last write for each tenant, if that write is more recent than the allowed lag. */
  private readonly written = new Map<string, bigint>();
  private readonly task: BackgroundTask;
  private readonly interval: number;
  private marks: LogMark[] = [];
  private lastErrors = new Map<Replica, string>();
  private turn = 0;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly config: HavenConfig,
    private readonly log: Log,
    metrics: DatabaseMetrics,
    tasks: BackgroundTasks,
    components: ComponentHealths,
  ) {
    const urls = config.database.replicaUrls;
    this.configured = urls.length > 0;
    const cluster = async (): Promise<string | null> => (await this.primary(CLUSTER))[0]?.[0]?.[0] ?? null;
    this.replicas = urls.map((url, index) => new Replica(index + 1, url, config, cluster, metrics));
    this.interval = Math.min(POLL_MS, config.database.replicaMaxLag / 4);
    this.task = tasks.create({
      name: 'replicas',
      failure: 'The replicas could not be polled',
      interval: this.interval,
      run: () => this.poll(() => undefined),
    });
    components.add('replicas', () => this.report());
  }

  /**
   * Polls all replicas. Throws a `ReplicaError` if one must not be read. One that does not respond is polled again
   * later.
   */
  async onModuleInit(): Promise<void> {
    if (!this.configured) return;
    await this.poll((error) => {
      if (error instanceof ReplicaError) throw error;
    });
    this.task.start(this.interval);
  }

  /** Returns the results from a replica for the caller's tenant; undefined if the primary must serve the read. */
  async read(caller: Caller, statements: readonly Statement[], isShort: boolean): Promise<TextRow[][] | undefined> {
    const { consistency, tenantId } = caller;
    if (!consistency || consistency.pinned) return undefined;
    const required = this.requiredPosition(consistency.position, tenantId);
    const replica = required === undefined ? undefined : this.choose(required);
    if (required === undefined || !replica) return undefined;
    try {
      const { results, from, to } = await replica.read(caller, statements, isShort);
      if (from < required) return undefined;
      recordReplayLsn(consistency, to);
      return results;
    } catch (error) {
      if (isReadsFault(error)) throw translateDatabaseError(error);
      return undefined;
    }
  }

  /**
   * Records that this process has written for the caller's tenant. From now on, a replica may serve this tenant only if
   * it has replayed `consistency.primary`, a position after that write.
   */
  recordWrite({ tenantId, consistency }: Caller): void {
    if (consistency && consistency.primary > (this.written.get(tenantId) ?? 0n))
      this.written.set(tenantId, consistency.primary);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.task.stop();
    await Promise.all(this.replicas.map((replica) => replica.end()));
  }

  /** Returns the position that a replica must have replayed; undefined if the primary's position is unknown. */
  private requiredPosition(seen: bigint, tenantId: string): bigint | undefined {
    const floor = this.floor();
    if (floor === undefined) return undefined;
    return [seen, this.written.get(tenantId) ?? 0n].reduce((most, each) => (each > most ? each : most), floor);
  }

  /**
   * Returns the end of the log at the oldest poll that is not older than the allowed lag; undefined if there is no such
   * poll.
   */
  private floor(): bigint | undefined {
    const oldest = performance.now() - this.config.database.replicaMaxLag;
    return this.marks.find(({ at }) => at >= oldest)?.position;
  }

  private choose(required: bigint): Replica | undefined {
    const able = this.replicas.filter(({ position }) => position !== undefined && position >= required);
    return able[this.turn++ % able.length];
  }

  private async poll(onError: (error: unknown) => void): Promise<void> {
    await Promise.all([
      this.mark().catch(() => undefined), // without recent marks, the primary soon serves all reads
      ...this.replicas.map((replica) =>
        replica.poll().then(
          () => this.logChange(replica),
          (error: unknown) => {
            this.logChange(replica, error);
            onError(error);
          },
        ),
      ),
    ]);
  }

  private report(): ComponentHealth {
    const { length } = this.replicas;
    if (length === 0) return { status: 'not configured' };
    const responding = this.replicas.filter(({ position }) => position !== undefined).length;
    return { status: responding === length ? 'up' : 'down', configured: length, responding };
  }

  private async mark(): Promise<void> {
    const at = performance.now();
    const position = readLogPosition(await this.primary(WRITTEN));
    if (position === undefined) return;
    const oldest = at - this.config.database.replicaMaxLag;
    this.marks = [...this.marks.filter((mark) => mark.at >= oldest), { at, position }];
    const floor = this.floor() ?? 0n;
    for (const [tenantId, written] of this.written) if (written <= floor) this.written.delete(tenantId);
  }

  /** Logs each change in the state of a replica once. */
  private logChange(replica: Replica, error?: unknown): void {
    const text = error instanceof Error ? error.message : '';
    const before = this.lastErrors.get(replica) ?? '';
    this.lastErrors.set(replica, text);
    if (text === before) return;
    if (text === '') this.log.warn(`${replica.name} responds again.`, Replicas.name);
    else this.log.warn(`${replica.name} is not used for reads: ${text}`, Replicas.name);
  }

  private async primary(statement: Statement): Promise<TextRow[][]> {
    const client = await poolOf(this.dataSource).connect();
    try {
      return await sendPipeline(client, [statement]);
    } finally {
      client.release();
    }
  }
}
