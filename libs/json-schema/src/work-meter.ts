import { limitExceeded } from '@haven/kernel';

/**
 * Maximum number of steps to validate one document, whatever its schema. A step takes about 10 ns, and a normal
 * document of one megabyte takes a few million steps. The limit is a number of steps rather than a time, so that the
 * result is the same on every machine.
 */
const STEPS_PER_DOCUMENT = 10_000_000;

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
