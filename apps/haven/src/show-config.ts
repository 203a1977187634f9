import { describeConfig } from '@haven/config';

import { composeConfig } from './compose-config.js';

/** What `haven config` prints: the composed configuration as YAML, each value with its origin, passwords masked. */
export function showConfig(set: readonly string[] = []): string {
  return describeConfig(composeConfig(set));
}
