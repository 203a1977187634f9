import type pg from 'pg';

import { inIndexTransaction } from './index-work.js';
import type { BatchResult, IndexWork } from './index-work.js';

/** Number of entries that one transaction deletes. */
const BATCH = 1_000;

/**
 * Deletes some of the entries of an index, or of the documents of a search, that is no longer declared, and the work
 * itself if none are left.
 */
export function dropBatch(client: pg.Client, { tenant, collection, index }: IndexWork): Promise<BatchResult> {
  return inIndexTransaction(client, tenant, async () => {
    for (const table of ['index_entries', 'unique_entries', 'search_documents']) {
      const { rowCount } = await client.query(deletion(table), [collection, index]);
      if (rowCount === BATCH) return 'advanced';
    }
    await client.query(FINISHED, [collection, index]);
    return 'complete';
  });
}

function deletion(table: string): string {
  return `
DELETE FROM haven.${table} WHERE tenant_id = haven.current_tenant() AND ctid = ANY(ARRAY(
  SELECT ctid FROM haven.${table}
  WHERE tenant_id = haven.current_tenant() AND collection_id = $1 AND index_id = $2 LIMIT ${BATCH}))`;
}

const FINISHED = `
DELETE FROM haven.index_builds
WHERE tenant_id = haven.current_tenant() AND collection_id = $1 AND index_id = $2 AND task = 'drop'`;
