import { limitExceeded } from '@haven/kernel';

/**
 * Maximum number of steps to validate one document, regardless of its schema; a step is about 10 ns. A normal document
 * of one megabyte takes a few million steps. Steps are counted rather than timed, so that the result is the same on
 * every machine.
 */
const STEPS_PER_DOCUMENT = 50_000_000;

/**
 * Counts the work of one validation, and stops it with `LIMIT_EXCEEDED` before it blocks other requests for too long.
 */
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
