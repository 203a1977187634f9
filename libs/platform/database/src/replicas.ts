import { Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';

import { HavenConfig } from '@haven/config';
import { sqlState } from '@haven/kernel';
import type { Caller } from '@haven/kernel';
import { Log } from '@haven/observability';

import { BackgroundTasks } from './background-task.js';
import type { BackgroundTask } from './background-task.js';
import { DatabaseMetrics } from './database-metrics.js';
import { poolOf } from './connection-pool.js';
import { translateDatabaseError } from './database-error.js';
import { readLogPosition, recordReplayLsn, WRITTEN } from './log-position.js';
import { sendPipeline } from './pipeline.js';
import type { Statement, TextRow } from './pipeline.js';
import { CLUSTER, Replica, ReplicaError } from './replica.js';

/** The replicas are looked at so often, and oftener if they may lag by less than four times that. */
const POLL_MS = 1_000;

/** SQLSTATE of a statement that ran too long: it would on the primary as well. */
const QUERY_CANCELED = '57014';

/** How far the primary's log went at a time. */
interface LogMark {
  at: number;
  position: bigint;
}

/**
 * The servers that replay the primary's log. One of them may answer a read when it has replayed all that the caller was shown, all
 * that this process has written of the caller's tenant, and all that is older than `database.replicaMaxLag`; the answer itself says
 * whether it had. Otherwise the primary is asked.
 */
@Injectable()
export class Replicas implements OnModuleInit, BeforeApplicationShutdown {
  readonly configured: boolean;
  private readonly replicas: readonly Replica[];
  /** What this process has written last, of tenants whose write is younger than the lag that is allowed. */
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
  ) {
    const urls = config.database.replicaUrls;
    this.configured = urls.length > 0;
    const cluster = async (): Promise<string | null> => (await this.primary(CLUSTER))[0]?.[0]?.[0] ?? null;
    this.replicas = urls.map((url, index) => new Replica(`Replica ${index + 1}`, url, config, cluster, metrics));
    this.interval = Math.min(POLL_MS, config.database.replicaMaxLag / 4);
    this.task = tasks.create({
      name: 'replicas',
      failure: 'The replicas could not be looked at',
      interval: this.interval,
      run: () => this.poll(() => undefined),
    });
  }

  /** Looks at each; fails with a `ReplicaError` when one must not be read. One that does not answer may do so later. */
  async onModuleInit(): Promise<void> {
    if (!this.configured) return;
    await this.poll((error) => {
      if (error instanceof ReplicaError) throw error;
    });
    this.task.start(this.interval);
  }

  /** What a replica answers to statements of the caller's tenant; undefined when the primary must be asked. */
  async read(caller: Caller, statements: readonly Statement[], isShort: boolean): Promise<TextRow[][] | undefined> {
    const { consistency, tenantId } = caller;
    if (!consistency || consistency.pinned) return undefined;
    const least = this.least(consistency.position, tenantId);
    const replica = least === undefined ? undefined : this.choose(least);
    if (least === undefined || !replica) return undefined;
    try {
      const { results, from, to } = await replica.read(statements, isShort);
      if (from < least) return undefined;
      recordReplayLsn(consistency, to);
      return results;
    } catch (error) {
      if (sqlState(error) === QUERY_CANCELED) throw translateDatabaseError(error);
      return undefined;
    }
  }

  /** This process has written for the tenant, before that position. */
  wrote({ tenantId, consistency }: Caller): void {
    if (consistency && consistency.primary > (this.written.get(tenantId) ?? 0n))
      this.written.set(tenantId, consistency.primary);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.task.stop();
    await Promise.all(this.replicas.map((replica) => replica.end()));
  }

  /** What a replica must have replayed at least; undefined when it is not known how far the primary is. */
  private least(seen: bigint, tenantId: string): bigint | undefined {
    const floor = this.floor();
    if (floor === undefined) return undefined;
    return [seen, this.written.get(tenantId) ?? 0n].reduce((most, each) => (each > most ? each : most), floor);
  }

  /** Where the log ended when it was last looked at so long ago as a replica may lag. */
  private floor(): bigint | undefined {
    const oldest = performance.now() - this.config.database.replicaMaxLag;
    return this.marks.find(({ at }) => at >= oldest)?.position;
  }

  private choose(least: bigint): Replica | undefined {
    const able = this.replicas.filter(({ position }) => position !== undefined && position >= least);
    return able[this.turn++ % able.length];
  }

  private async poll(hear: (error: unknown) => void): Promise<void> {
    await Promise.all([
      this.mark().catch(() => undefined), // without news of the primary it is asked itself, before long
      ...this.replicas.map((replica) =>
        replica.poll().then(
          () => this.report(replica),
          (error: unknown) => {
            this.report(replica, error);
            hear(error);
          },
        ),
      ),
    ]);
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

  /** What is new, once. */
  private report(replica: Replica, error?: unknown): void {
    const text = error instanceof Error ? error.message : '';
    const before = this.lastErrors.get(replica) ?? '';
    this.lastErrors.set(replica, text);
    if (text === before) return;
    if (text === '') this.log.warn(`${replica.place} answers again.`, Replicas.name);
    else this.log.warn(`${replica.place} is not read: ${text}`, Replicas.name);
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
