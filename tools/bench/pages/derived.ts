import type { Results } from '../results.ts';

/** Returns the parts of pages that are computed from the results of other sections, by the name of their marks. */
export function derivedBlocks(_results: Results): Record<string, string> {
  return {};
}
