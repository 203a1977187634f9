import { limitExceeded } from '@haven/kernel';

/**
 * Steps one document may cost to validate, whatever its schema asks for; a step is some 10 ns. An honest megabyte
 * takes a few million. Counted, not timed: the same document is refused on every machine, or on none.
 */
const STEPS_PER_DOCUMENT = 50_000_000;

/** Counts the work of one validation and stops it with `LIMIT_EXCEEDED` before it holds up everyone else. */
export class WorkMeter {
  private left = STEPS_PER_DOCUMENT;

  refill(): void {
    this.left = STEPS_PER_DOCUMENT;
  }

  spend(steps: number): void {
    this.left -= steps;
    if (this.left < 0) throw limitExceeded('steps to validate one record', STEPS_PER_DOCUMENT, '/data');
  }
}
