import cluster from 'node:cluster';

import type { LoadedConfig } from '@haven/config';

import { composeConfig } from './compose-config.js';
import { reasonOf } from './start-error.js';

/**
 * Runs `haven start`. An error in the configuration ends the process with code 1, before the application is loaded,
 * which takes most of the time of a start.
 */
export async function startHaven(set: readonly string[] = []): Promise<void> {
  const loaded = compose(set);
  if (!loaded) return;
  if (cluster.isWorker) {
    const { runWorker } = await import('./worker.js');
    await runWorker(loaded);
  } else {
    const { runHaven } = await import('./run.js');
    await runHaven(loaded);
  }
}

function compose(set: readonly string[]): LoadedConfig | null {
  try {
    return composeConfig(set);
  } catch (error) {
    process.stderr.write(`${reasonOf(error)}\n`);
    process.exitCode = 1;
    return null;
  }
}
