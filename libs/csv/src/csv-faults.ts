import { HavenError } from '@haven/kernel';

/** Number of faults that are described. A file with a wrong delimiter has one in every line. */
const MAX_FAULTS = 100;

/** Collects what is wrong with a CSV, so that all of it can be reported at once. */
export class CsvFaults {
  private readonly details: string[] = [];
  private count = 0;

  get isEmpty(): boolean {
    return this.count === 0;
  }

  add(line: number, detail: string): void {
    this.count++;
    if (this.details.length < MAX_FAULTS) this.details.push(`Line ${line}: ${detail}`);
  }

  /** Throws `MALFORMED_CSV` with all faults, unless there are none. */
  throwIfAny(): void {
    const [first = ''] = this.details;
    if (this.count === 0) return;
    const others = this.count - 1;
    const more = others === 0 ? '' : ` There ${others === 1 ? 'is 1 more error' : `are ${others} more errors`}.`;
    throw new HavenError('MALFORMED_CSV', first + more, {
      errors: this.details.map((detail) => ({ code: 'MALFORMED_CSV', detail, pointer: '' })),
    });
  }
}
