import type { Results } from '../results.ts';
import { capacityBlocks } from './capacity.ts';
import { missedBlocks } from './missed.ts';
import { serviceLevelBlocks } from './service-levels.ts';

/** Returns the parts of pages that are computed from the results of other sections, by the name of their marks. */
export function derivedBlocks(results: Results): Record<string, string> {
  return { ...missedBlocks(results), ...capacityBlocks(results), ...serviceLevelBlocks(results) };
}
