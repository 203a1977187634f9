import { Inject, Injectable } from '@nestjs/common';
import type pg from 'pg';

import { HavenConfig } from '@haven/config';
import { BackgroundTasks, DATABASE_ADDRESS, DedicatedConnection } from '@haven/database';
import type { BackgroundTask, DatabaseAddress } from '@haven/database';

/** Work that comes back: at intervals, and when somebody asks for it. */
export interface MaintenanceTask {
  readonly name: string;
  /** Left out: only when asked for. */
  readonly intervalMs?: number;
  /** Does a bounded part of what there is to do, in short transactions; answers whether there may be more. */
  run(client: pg.Client, signal: AbortSignal): Promise<'done' | 'more'>;
}

/** Does the chores of the whole system, in the process that leads, one after the other over a connection of their own. */
@Injectable()
export class MaintenanceScheduler {
  private readonly dueAt = new Map<MaintenanceTask, number>();
  private readonly unfinished = new Set<MaintenanceTask>();
  private readonly waiting: (() => void)[] = [];
  private readonly task: BackgroundTask;
  private readonly connection: DedicatedConnection;

  constructor(@Inject(DATABASE_ADDRESS) address: DatabaseAddress, config: HavenConfig, tasks: BackgroundTasks) {
    this.connection = new DedicatedConnection(address, config, 'haven-upkeep');
    this.task = tasks.create({
      name: 'upkeep',
      failure: 'The upkeep failed and is tried again',
      interval: RETRY_MS,
      run: (signal) => this.runDueTasks(signal),
    });
  }

  /** From now on the chore is done. */
  add(task: MaintenanceTask): void {
    this.dueAt.set(task, task.intervalMs === undefined ? Infinity : 0);
  }

  /** The chore is due. */
  request(task: MaintenanceTask): void {
    this.dueAt.set(task, 0);
    this.task.wake();
  }

  /** Does all chores until there is nothing left to do; resolves then, in the process that leads. */
  runAll(): Promise<void> {
    for (const chore of this.dueAt.keys()) this.dueAt.set(chore, 0);
    return new Promise((done) => {
      this.waiting.push(done);
      this.task.wake();
    });
  }

  /** Begins when this process becomes the leader. */
  start(): void {
    this.task.start();
  }

  /** Ends with the leadership. */
  async stop(): Promise<void> {
    await this.task.stop();
    await this.connection.close();
  }

  /** Answers how many milliseconds there is nothing to do. */
  private async runDueTasks(signal: AbortSignal): Promise<number> {
    const waiting = this.waiting.splice(0);
    const due = [...this.dueAt.keys()].filter((chore) => this.remaining(chore) <= 0);
    for (const chore of due) {
      const left = await this.attempt(chore, signal);
      const after = { done: chore.intervalMs ?? Infinity, more: 0, failed: RETRY_MS }[left];
      const askedAgain = this.remaining(chore) <= 0 && left === 'done';
      if (!askedAgain) this.dueAt.set(chore, performance.now() + after);
      if (left === 'done') this.unfinished.delete(chore);
      else this.unfinished.add(chore);
    }
    if (this.unfinished.size > 0) this.waiting.push(...waiting);
    else for (const done of waiting) done();
    return Math.min(...[...this.dueAt.keys()].map((chore) => this.remaining(chore)));
  }

  private async attempt(task: MaintenanceTask, signal: AbortSignal): Promise<'done' | 'more' | 'failed'> {
    this.dueAt.set(task, Infinity);
    try {
      const { client } = await this.connection.open();
      return await task.run(client, signal);
    } catch (error) {
      if (!signal.aborted) this.task.report(error, `${task.name} failed and is tried again`);
      await this.connection.close();
      return 'failed';
    }
  }

  private remaining(task: MaintenanceTask): number {
    return (this.dueAt.get(task) ?? Infinity) - performance.now();
  }
}

const RETRY_MS = 1_000;
