import { Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';

import { HavenConfig } from '@haven/config';
import { BackgroundTasks, SystemDatabase } from '@haven/database';
import type { BackgroundTask } from '@haven/database';

/** How many answers one statement forgets at most: it is short, and what it writes to the log of the database is small. */
const AT_ONCE = 1_000;

/** Forgets the answers that are too old to count, in the background, in every process. */
@Injectable()
export class IdempotencyCleanup implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly task: BackgroundTask;

  constructor(
    private readonly database: SystemDatabase,
    private readonly config: HavenConfig,
    tasks: BackgroundTasks,
  ) {
    this.task = tasks.create({
      name: 'idempotency-cleanup',
      failure: 'Old idempotency keys could not be forgotten',
      interval: () => this.interval(),
      run: (signal) => this.round(signal),
    });
  }

  onApplicationBootstrap(): void {
    this.task.start(this.interval());
  }

  onModuleDestroy(): Promise<void> {
    return this.task.stop();
  }

  /** Processes that started together do not go on together. */
  private interval(): number {
    return this.config.idempotency.pruneEvery * (0.5 + Math.random());
  }

  private async round(signal: AbortSignal): Promise<void> {
    const { keepFor } = this.config.idempotency;
    while (!signal.aborted) {
      const [row] = await this.database.query<{ forgotten: number }>(
        'SELECT haven.forget_answers(make_interval(secs => $1), $2) AS forgotten',
        [keepFor / 1_000, AT_ONCE],
      );
      if (row?.forgotten !== AT_ONCE) return;
    }
  }
}
