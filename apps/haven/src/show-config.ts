import { parse } from 'yaml';

import { describeConfig } from '@haven/config';

import { composeConfig } from './compose-config.js';

/** Returns the output of `haven config`: the configuration as YAML, each value with its origin, and secrets masked. */
export function showConfig(set: readonly string[] = []): string {
  return describeConfig(composeConfig(set));
}

/** Returns the output of `haven config --json`: the same values, without their origins. */
export function configAsJson(set: readonly string[] = []): string {
  const loaded = composeConfig(set);
  return `${JSON.stringify({ environment: loaded.environment, ...(parse(describeConfig(loaded)) as object) }, null, 2)}\n`;
}
