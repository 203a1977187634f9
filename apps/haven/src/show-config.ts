import { describeConfig } from '@haven/config';

import { composeConfig } from './compose-config.js';

/** Returns the output of `haven config`: the configuration as YAML, each value with its origin, and secrets masked. */
export function showConfig(set: readonly string[] = []): string {
  return describeConfig(composeConfig(set));
}
