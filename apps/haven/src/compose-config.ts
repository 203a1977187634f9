import { join } from 'node:path';

import { loadConfig } from '@haven/config';
import type { LoadedConfig } from '@haven/config';

import { project } from './project-root.js';

/** The configuration of this process: the project's `config/`, the environment, then the `--set` arguments. */
export function composeConfig(set: readonly string[] = []): LoadedConfig {
  return loadConfig({ configDir: join(project.root, 'config'), set });
}
