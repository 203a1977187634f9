import { availableParallelism } from 'node:os';

import type { HavenConfig } from '@haven/config';

/** What a process holds beside its pool: for notices, keys, webhooks, leading, and upkeep. */
const BESIDE_POOL = 5;

/** For migrations, commands and whoever looks in. */
const OTHERS = 10;

/** How many processes serve. */
export function workerCount({ server }: HavenConfig): number {
  return server.workers === 0 ? availableParallelism() : server.workers;
}

/** How many connections all workers open at most; undefined where there is one process, which any PostgreSQL can bear. */
export function connectionsOf(config: HavenConfig): number | undefined {
  const count = workerCount(config);
  return count === 1 ? undefined : count * (config.database.poolSize + BESIDE_POOL) + OTHERS;
}
