import type { Results } from '../results.ts';
import { capacityBlocks, capacityImages } from './capacity.ts';
import { missedBlocks } from './missed.ts';
import { serviceLevelBlocks, serviceLevelImages } from './service-levels.ts';

/** Returns the parts of pages that are computed from the results of other sections, by the name of their marks. */
export function derivedBlocks(results: Results): Record<string, string> {
  return { ...missedBlocks(results), ...capacityBlocks(results), ...serviceLevelBlocks(results) };
}

/** Returns the charts that are drawn from the results of other sections, by name. */
export function derivedImages(results: Results): Record<string, string> {
  return { ...capacityImages(results), ...serviceLevelImages(results) };
}
