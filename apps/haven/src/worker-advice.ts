import type { HavenConfig } from '@haven/config';
import { DatabaseClient, ownerConnection } from '@haven/database';
import type { DatabaseAddress } from '@haven/database';

import { connectionsOf, workerCount } from './worker-count.js';

/** Returns advice for operators who run several workers. The advice does not prevent the start. */
export async function workerAdvice(config: HavenConfig, address: DatabaseAddress): Promise<string[]> {
  const count = workerCount(config);
  const advice: string[] = [];
  if (config.rateLimits.redisUrl === undefined) {
    advice.push(
      `Each of the ${count} workers counts rate limits separately, so clients can send up to ${count} times as much; ` +
        'set rateLimits.redisUrl to share the counters.',
    );
  }
  if (config.database.poolMode === 'transaction') return advice; // the pooler decides how many connections there are
  const [wanted = 0, max] = [connectionsOf(config), await maxConnections(address)];
  if (wanted > max) {
    advice.push(
      `${count} workers may open ${wanted} connections, but PostgreSQL accepts only ${max}; ` +
        'lower database.poolSize or raise max_connections.',
    );
  }
  return advice;
}

async function maxConnections(address: DatabaseAddress): Promise<number> {
  const client = new DatabaseClient(ownerConnection(address));
  client.on('error', () => undefined); // a broken connection also fails the query, which reports the error
  try {
    await client.connect();
    const { rows } = await client.query<{ setting: number }>(
      "SELECT current_setting('max_connections')::int AS setting",
    );
    return rows[0]?.setting ?? 0;
  } finally {
    await client.end().catch(() => undefined); // the connection may never have been opened
  }
}
