import type { HavenConfig } from '@haven/config';
import { backendsOf, safeIndexCount } from '@haven/database';
import type { IndexLoad } from '@haven/database';

/**
 * Returns why the database cannot have `more` further declared indexes, and who can change that; null if it can have
 * them.
 */
export function indexCapacityProblem(load: IndexLoad, more: number, config: HavenConfig): string | null {
  const { limits, server, database } = config;
  const { indexesPerDatabase } = limits;
  const wanted = load.existing + more;
  if (wanted > indexesPerDatabase) {
    return `The database may have ${indexesPerDatabase} declared indexes (limits.indexesPerDatabase); it has ${load.existing}, and this would add ${more}. An operator can raise the limit, or drop indexes that are not needed.`;
  }
  const connections = database.poolSize + database.streamPoolSize;
  const safe = safeIndexCount(load, backendsOf({ workers: server.workers, connections }));
  if (wanted <= safe) return null;
  return `The lock table of the database server is large enough for ${safe} declared indexes; there are ${load.existing}, and this would add ${more}. An operator can raise max_locks_per_transaction (${load.locksPerTransaction}) and restart the server, or drop indexes that are not needed.`;
}
