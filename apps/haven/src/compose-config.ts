import { join } from 'node:path';

import { loadConfig } from '@haven/config';
import type { LoadedConfig } from '@haven/config';

import { project } from './project-root.js';

/** Loads the configuration of this process from `config/`, the environment and the `--set` arguments, in this order. */
export function composeConfig(set: readonly string[] = []): LoadedConfig {
  return loadConfig({ configDir: join(project.root, 'config'), set });
}
