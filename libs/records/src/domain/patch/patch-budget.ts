import { invalid } from '@haven/kernel';

/**
 * Weights of the work of a JSON Patch. A step is the time that an array needs to shift one element, because that is the
 * cheapest work that an operation can cause in large amounts. `docs/limits.md` explains the weights to users.
 */
const STEPS = { shiftedElement: 1, comparedValue: 40, copiedValue: 100, pointerCharacter: 20 };

/** Characters of a pointer that count nothing, so that ordinary operations are free. */
const FREE_POINTER_LENGTH = 256;

/**
 * Counts the work of JSON Patches, and throws `PATCH_TOO_EXPENSIVE` before the work that would exceed the limit. All
 * patches that are applied without a pause share one budget. Copying a container before its first change is not
 * counted, because it takes no longer than reading the document did.
 */
export class PatchBudget {
  private used = 0;

  /** @param limit Maximum number of steps. */
  constructor(private readonly limit: number) {}

  /** Counts the elements of an array that an insertion or a removal moves to another index. */
  shift(elements: number, at: string): void {
    this.take(elements * STEPS.shiftedElement, at);
  }

  /** Counts values that a `test` operation compares. */
  compare(values: number, at: string): void {
    this.take(values * STEPS.comparedValue, at);
  }

  /** Counts values that a `copy` operation copies. */
  copy(values: number, at: string): void {
    this.take(values * STEPS.copiedValue, at);
  }

  /** Counts the characters of a pointer that is unusually long. */
  follow(pointer: string, at: string): void {
    if (pointer.length > FREE_POINTER_LENGTH) {
      this.take((pointer.length - FREE_POINTER_LENGTH) * STEPS.pointerCharacter, at);
    }
  }

  private take(steps: number, at: string): void {
    this.used += steps;
    if (this.used <= this.limit) return;
    throw invalid(
      'PATCH_TOO_EXPENSIVE',
      at,
      `the work of the patch exceeds the limit of ${this.limit} steps with this operation (limits.patchCost); ` +
        'replace the whole array or object, or send fewer operations',
    );
  }
}
