import cluster from 'node:cluster';

import type { LoadedConfig } from '@haven/config';

import { composeConfig } from './compose-config.js';
import { runHaven } from './run.js';
import { reasonOf } from './start-error.js';
import { runWorker } from './worker.js';

/** Runs `haven start`. An error in the configuration ends the process with code 1. */
export async function startHaven(set: readonly string[] = []): Promise<void> {
  const loaded = compose(set);
  if (loaded) await (cluster.isWorker ? runWorker(loaded) : runHaven(loaded));
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
