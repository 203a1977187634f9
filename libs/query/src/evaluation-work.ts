/**
 * Maximum number of steps to evaluate a filter on one document in memory. A step takes about 10 ns. The limit is a
 * number of steps rather than a time, so that the result is the same on every machine.
 */
const MAX_STEPS = 1_500_000;

/** Characters that a native search of a text examines in one step. */
const CHARACTERS_PER_STEP = 8;

/** Steps that it takes to test one condition, besides those that depend on the value. */
const STEPS_PER_CONDITION = 4;

/** Thrown when the evaluation of a filter on one document takes too many steps. */
export class FilterTooExpensive extends Error {
  override readonly name = 'FilterTooExpensive';
}

/**
 * Counts the work of evaluating a filter on one document, and stops it with `FilterTooExpensive` before it blocks other
 * requests for too long.
 */
export class EvaluationWork {
  private left: number;

  constructor(steps = MAX_STEPS) {
    this.left = steps;
  }

  /** Counts a condition, which is tested on each element of an array if it is inside `_some` or `_every`. */
  condition(): void {
    this.scan(STEPS_PER_CONDITION);
  }

  /** Counts characters that a native search examines. */
  search(characters: number): void {
    this.scan(characters / CHARACTERS_PER_STEP);
  }

  /** Counts characters or values that are examined one by one. */
  scan(steps: number): void {
    this.left -= steps;
    if (this.left < 0) throw new FilterTooExpensive('Evaluating the filter on this document takes too many steps.');
  }
}
