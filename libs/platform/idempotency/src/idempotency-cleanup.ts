import { Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';

import { HavenConfig } from '@haven/config';
import { BackgroundTasks, SystemDatabase } from '@haven/database';
import type { BackgroundTask } from '@haven/database';

/** Maximum number of responses that one statement deletes, so that it is short and writes little WAL. */
const BATCH_SIZE = 1_000;

/** Deletes expired responses in the background, in every process. */
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
      failure: 'Expired idempotency keys could not be deleted',
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

  /** Returns a random interval, so that processes that started together do not run at the same time. */
  private interval(): number {
    return this.config.idempotency.pruneEvery * (0.5 + Math.random());
  }

  private async round(signal: AbortSignal): Promise<void> {
    const { keepFor } = this.config.idempotency;
    while (!signal.aborted) {
      const [row] = await this.database.query<{ forgotten: number }>(
        'SELECT haven.forget_answers(make_interval(secs => $1), $2) AS forgotten',
        [keepFor / 1_000, BATCH_SIZE],
      );
      if (row?.forgotten !== BATCH_SIZE) return;
    }
  }
}
