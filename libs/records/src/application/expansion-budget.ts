import type { HavenConfig } from '@haven/config';
import { limitExceeded } from '@haven/kernel';

/** Limits the number and the size of the expanded records in one response. */
export class ExpansionBudget {
  private records = 0;
  private bytes = 0;

  /** `pointer` is that of errors. */
  constructor(
    private readonly limits: HavenConfig['limits'],
    private readonly pointer = '/expand',
  ) {}

  /** Size in bytes of the documents that can still be added. */
  get remainingBytes(): number {
    return this.limits.expandedBytes - this.bytes;
  }

  /** Throws `LIMIT_EXCEEDED` if the response would have too many expanded records. */
  addRecords(count: number): void {
    this.records += count;
    const max = this.limits.expandedRecords;
    if (this.records > max) throw limitExceeded('limits.expandedRecords', max, this.pointer);
  }

  /** Throws `LIMIT_EXCEEDED` if the documents of the expanded records would be too large. */
  addBytes(count: number): void {
    this.bytes += count;
    const max = this.limits.expandedBytes;
    if (this.bytes > max) throw limitExceeded('limits.expandedBytes', max, this.pointer);
  }
}
