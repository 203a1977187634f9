import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Maximum growth of V8's old generation between two full collections, in percent of what the last one left. Without a
 * limit, V8 lets the heap of a large machine grow to several times its content before it collects anything.
 */
const MAX_GROWTH_PERCENT = 100;

/**
 * Keeps the young generation at its first size. Almost everything that the start allocates lives on, so a larger one
 * only takes memory. Call this before the program is loaded.
 */
export function beginSmallHeap(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

/**
 * Collects what the start left behind, and lets the young generation grow from now on, up to `--max-semi-space-size`.
 * Until the first full collection, V8 does not know the size of the program, and uses a limit that depends only on the
 * machine.
 */
export function settleHeap(): void {
  setFlagsFromString(`--heap-growing-percent=${MAX_GROWTH_PERCENT}`);
  setFlagsFromString('--expose-gc'); // the only way to request a collection
  const collect = runInNewContext('gc') as () => void; // V8 defines it in contexts that are created from now on
  collect();
  setFlagsFromString('--no-expose-gc');
  setFlagsFromString('--semi-space-growth-factor=2'); // V8's default
}
