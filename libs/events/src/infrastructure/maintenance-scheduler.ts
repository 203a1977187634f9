import { Inject, Injectable } from '@nestjs/common';
import type pg from 'pg';

import { HavenConfig } from '@haven/config';
import { BackgroundTasks, DATABASE_ADDRESS, DedicatedConnection } from '@haven/database';
import type { BackgroundTask, DatabaseAddress } from '@haven/database';

/** Work that runs at intervals and on request. */
export interface MaintenanceTask {
  /** The start of the log line that reports a failure: "Pruning old versions failed …". */
  readonly name: string;
  /** If omitted, the task only runs on request. */
  readonly intervalMs?: number;
  /** Does a bounded amount of work in short transactions. Returns whether there may be more. */
  run(client: pg.Client, signal: AbortSignal): Promise<'done' | 'more'>;
}

/**
 * Runs the maintenance tasks of the whole system in one process, the leader: one after another, on a dedicated
 * connection.
 */
@Injectable()
export class MaintenanceScheduler {
  private readonly dueAt = new Map<MaintenanceTask, number>();
  private readonly unfinished = new Set<MaintenanceTask>();
  private readonly waiting: (() => void)[] = [];
  private readonly loop: BackgroundTask;
  private readonly connection: DedicatedConnection;

  constructor(@Inject(DATABASE_ADDRESS) address: DatabaseAddress, config: HavenConfig, tasks: BackgroundTasks) {
    this.connection = new DedicatedConnection(address, config, 'haven-upkeep');
    this.loop = tasks.create({
      name: 'upkeep',
      failure: 'Maintenance failed and will be retried',
      interval: RETRY_MS,
      run: (signal) => this.runDueTasks(signal),
    });
  }

  /**
   * Registers a task. A task with an interval runs as soon as this process is the leader, and then at that interval.
   */
  add(task: MaintenanceTask): void {
    this.dueAt.set(task, task.intervalMs === undefined ? Infinity : 0);
  }

  /** Requests a run of the task. */
  request(task: MaintenanceTask): void {
    this.dueAt.set(task, 0);
    this.loop.wake();
  }

  /** Runs all tasks until none has work left. In a process that is not the leader, the promise does not resolve. */
  runAll(): Promise<void> {
    for (const task of this.dueAt.keys()) this.dueAt.set(task, 0);
    return new Promise((done) => {
      this.waiting.push(done);
      this.loop.wake();
    });
  }

  /** Called when this process becomes the leader. */
  start(): void {
    this.loop.start();
  }

  /** Called when this process is no longer the leader. */
  async stop(): Promise<void> {
    await this.loop.stop();
    await this.connection.close();
  }

  /** Runs the tasks that are due. Returns the milliseconds until the next task is due. */
  private async runDueTasks(signal: AbortSignal): Promise<number> {
    const waiting = this.waiting.splice(0);
    const due = [...this.dueAt.keys()].filter((task) => this.remaining(task) <= 0);
    for (const task of due) {
      const outcome = await this.attempt(task, signal);
      const after = { done: task.intervalMs ?? Infinity, more: 0, failed: RETRY_MS }[outcome];
      const wasRequested = this.remaining(task) <= 0 && outcome === 'done'; // requested again while it ran
      if (!wasRequested) this.dueAt.set(task, performance.now() + after);
      if (outcome === 'done') this.unfinished.delete(task);
      else this.unfinished.add(task);
    }
    if (this.unfinished.size > 0) this.waiting.push(...waiting);
    else for (const done of waiting) done();
    return Math.min(...[...this.dueAt.keys()].map((task) => this.remaining(task)));
  }

  private async attempt(task: MaintenanceTask, signal: AbortSignal): Promise<'done' | 'more' | 'failed'> {
    this.dueAt.set(task, Infinity);
    try {
      const { client } = await this.connection.open();
      return await task.run(client, signal);
    } catch (error) {
      if (!signal.aborted) this.loop.report(error, `${task.name} failed and will be retried`);
      await this.connection.close();
      return 'failed';
    }
  }

  private remaining(task: MaintenanceTask): number {
    return (this.dueAt.get(task) ?? Infinity) - performance.now();
  }
}

const RETRY_MS = 1_000;
