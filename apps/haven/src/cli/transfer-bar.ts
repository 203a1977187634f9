import { SingleBar } from 'cli-progress';

import type { TransferProgress } from '../backup/transfer-progress.js';

/** Shows the steps of a backup or a restore on stderr, if that is a terminal. */
export class TransferBar implements TransferProgress {
  private bar: SingleBar | undefined;
  private total = 0;
  private done = 0;

  begin(step: string, total: number): void {
    this.end();
    if (!process.stderr.isTTY) return;
    if (total === 0) {
      process.stderr.write(`${step} …\n`);
      return;
    }
    this.total = Math.ceil(total);
    this.done = 0;
    this.bar = new SingleBar({
      stream: process.stderr,
      format: `${step} {bar} {percentage}% | {eta_formatted} left`,
      hideCursor: true,
      clearOnComplete: true,
    });
    this.bar.start(this.total, 0);
  }

  /** The total may be an estimate: if it turns out to be too low, it grows. */
  advance(units: number): void {
    this.done += units;
    if (this.done > this.total) this.bar?.setTotal(this.done);
    this.bar?.update(this.done);
  }

  end(): void {
    this.bar?.stop();
    this.bar = undefined;
  }
}
