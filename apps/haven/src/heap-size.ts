import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Maximum growth of V8's old generation between two full collections, in percent of what the last one left. Without a
 * limit, V8 lets the heap of a large machine grow to several times its content before it collects anything.
 */
const MAX_GROWTH_PERCENT = 100;

/** Size at which the young generation stops growing. By default, V8 lets it grow to four times as much. */
const YOUNG_BYTES = 32 * 2 ** 20;

/**
 * Keeps the young generation at its first size. Almost everything that the start allocates lives on, so a larger one
 * only takes memory. Call this before the program is loaded.
 */
export function beginSmallHeap(): void {
  setYoungGrowth(1);
}

/**
 * Collects what the start left behind, and lets the young generation grow up to its limit from now on. Until the first
 * full collection, V8 does not know the size of the program, and its limit for the heap depends only on the machine.
 *
 * The flags are set here and not on Node's command line, so that they apply however Haven is started. V8 reads both at
 * each collection.
 */
export function settleHeap(): void {
  setFlagsFromString(`--heap-growing-percent=${MAX_GROWTH_PERCENT}`);
  setFlagsFromString('--expose-gc'); // the only way to request a collection
  const collect = runInNewContext('gc') as () => void; // V8 defines it in contexts that are created from now on
  collect();
  setFlagsFromString('--no-expose-gc');
  setYoungGrowth(2);
  new PerformanceObserver((_entries, observer) => {
    if (youngBytes() < YOUNG_BYTES) return;
    setYoungGrowth(1);
    observer.disconnect();
  }).observe({ entryTypes: ['gc'] });
}

/** Sets by how much V8 multiplies the size of the young generation when many objects survive its collection. */
function setYoungGrowth(factor: 1 | 2): void {
  setFlagsFromString(`--semi-space-growth-factor=${factor}`);
}

function youngBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')?.space_size ?? 0;
}
