import { Injectable } from '@nestjs/common';
import type { OnModuleDestroy } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';

import { HavenConfig } from '../config/index.js';
import { Log } from '../observability/log.js';
import { pause } from '../pause.js';

/** How many answers one statement forgets at most: it is short, and what it writes to the log of the database is small. */
const AT_ONCE = 1_000;

/** Forgets the answers that are too old to count, in the background, in every process. */
@Injectable()
export class AnswerUpkeep implements OnModuleDestroy {
  private readonly stopping = new AbortController();
  private ended: Promise<void> | undefined;

  constructor(
    @InjectDataSource() private readonly source: DataSource,
    private readonly config: HavenConfig,
    private readonly log: Log,
  ) {}

  /** Begins, and goes on until the application stops. */
  start(): void {
    this.ended = this.rounds();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await this.ended;
  }

  /** Processes that started together do not go on together. */
  private async rounds(): Promise<void> {
    const { pruneEvery } = this.config.idempotency;
    for (;;) {
      await pause(pruneEvery * (0.5 + Math.random()), this.stopping.signal);
      if (this.stopping.signal.aborted) return;
      await this.round().catch((error: unknown) =>
        this.log.warn(`Old idempotency keys could not be forgotten: ${String(error)}`, AnswerUpkeep.name),
      );
    }
  }

  private async round(): Promise<void> {
    const { keepFor } = this.config.idempotency;
    while (!this.stopping.signal.aborted) {
      const [row] = await this.source.query<{ forgotten: number }[]>(
        'SELECT haven.forget_answers(make_interval(secs => $1), $2) AS forgotten',
        [keepFor / 1_000, AT_ONCE],
      );
      if (row?.forgotten !== AT_ONCE) return;
    }
  }
}
