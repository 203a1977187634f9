import { availableParallelism } from 'node:os';

import type { HavenConfig } from '@haven/config';

/**
 * Number of connections of a process outside its pool: for notifications, API keys, webhooks, leader election and
 * maintenance.
 */
const BESIDE_POOL = 5;

/** Number of connections reserved for migrations, commands and administrators. */
const OTHERS = 10;

/** Returns the number of processes that serve requests. */
export function workerCount({ server }: HavenConfig): number {
  return server.workers === 0 ? availableParallelism() : server.workers;
}

/**
 * Returns the maximum number of connections that all workers use together. Returns undefined for a single process,
 * because every PostgreSQL server allows enough connections for one.
 */
export function connectionsOf(config: HavenConfig): number | undefined {
  const count = workerCount(config);
  return count === 1
    ? undefined
    : count * (config.database.poolSize + config.database.streamPoolSize + BESIDE_POOL) + OTHERS;
}
