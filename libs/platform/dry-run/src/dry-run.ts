import { AsyncLocalStorage } from 'node:async_hooks';

import { Injectable } from '@nestjs/common';

import { HavenConfig } from '@haven/config';
import { UnitOfWork } from '@haven/database';
import { FinalTransaction } from '@haven/idempotency';
import type { Caller } from '@haven/kernel';

import { DryRunReport } from './dry-run-report.js';

/** The result of a dry run: what the work returned, and the changes that were rolled back. */
interface DryRunResult {
  readonly result: unknown;
  readonly report: DryRunReport;
}

/** Executes requests in transactions that are rolled back. Code that writes records reports its changes here. */
@Injectable()
export class DryRun {
  private readonly storage = new AsyncLocalStorage<DryRunReport>();

  constructor(
    private readonly uow: UnitOfWork,
    private readonly final: FinalTransaction,
    private readonly config: HavenConfig,
  ) {}

  /** The report of the dry run whose transaction is open; undefined if the transaction is real, or none is open. */
  get report(): DryRunReport | undefined {
    return this.storage.getStore();
  }

  /** Runs `work`, whose units of work join the transaction that is rolled back. */
  run(caller: Caller, work: () => Promise<unknown>, options: { retries?: number } = {}): Promise<DryRunResult> {
    const { timeout } = this.config.dryRun;
    return this.uow.rehearse(
      caller,
      async () => {
        const report = new DryRunReport();
        return { result: await this.storage.run(report, work), report };
      },
      { timeout, ...options },
    );
  }

  /**
   * Runs the handler of a request whose body is a stream. The handler reads the whole body without a transaction, and
   * then makes its writes in `FinalTransaction`, which is rolled back.
   */
  async runStream(caller: Caller, handle: () => Promise<unknown>): Promise<DryRunResult> {
    let report = new DryRunReport();
    const runner = async (work: () => Promise<unknown>): Promise<unknown> => {
      const outcome = await this.run(caller, work, { retries: 0 });
      report = outcome.report;
      return outcome.result;
    };
    return { result: await this.final.handle(runner, handle, { isDryRun: true }), report };
  }
}
