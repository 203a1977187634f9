import pg from 'pg';

import type { HavenConfig } from '@haven/config';
import { ownerConnection } from '@haven/database';
import type { DatabaseAddress } from '@haven/database';

import { connectionsOf, workerCount } from './worker-count.js';

/** What whoever runs several workers should know, though they serve. */
export async function workerAdvice(config: HavenConfig, address: DatabaseAddress): Promise<string[]> {
  const count = workerCount(config);
  const advice: string[] = [];
  if (config.rateLimits.redisUrl === undefined) {
    advice.push(
      `Each of the ${count} workers counts rate limits for itself, so up to ${count} times as much passes; set rateLimits.redisUrl to count together.`,
    );
  }
  const [wanted = 0, taken] = [connectionsOf(config), await maxConnections(address)];
  if (wanted > taken) {
    advice.push(
      `${count} workers may open ${wanted} connections, and PostgreSQL takes ${taken}; lower database.poolSize or raise max_connections.`,
    );
  }
  return advice;
}

async function maxConnections(address: DatabaseAddress): Promise<number> {
  const client = new pg.Client(ownerConnection(address));
  client.on('error', () => undefined); // a connection that breaks also fails the query, which is where it is heard
  try {
    await client.connect();
    const { rows } = await client.query<{ setting: number }>(
      "SELECT current_setting('max_connections')::int AS setting",
    );
    return rows[0]?.setting ?? 0;
  } finally {
    await client.end().catch(() => undefined); // it may never have been open
  }
}
