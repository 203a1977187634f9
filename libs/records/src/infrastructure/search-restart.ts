import type pg from 'pg';

import { lockDeclared } from './index-outcome.js';
import { inIndexTransaction } from './index-work.js';

/**
 * Starts to build the search of all collections anew whose documents are of another major version of PostgreSQL, or not
 * in the backup that was restored. Each gets a new number, and the collection a new revision, so that no process uses
 * the old documents. Returns false if some of them have to wait for locks.
 */
export async function restartSearches(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ tenant: string; collection: number }>(OUTDATED);
  let isComplete = true;
  for (const { tenant, collection } of rows) {
    const result = await inIndexTransaction(client, tenant, async () => {
      await lockDeclared(client, collection, 'exclusive');
      await client.query(RESTART, [collection]);
      return 'advanced';
    });
    if (result === 'blocked') isComplete = false;
  }
  return isComplete;
}

const OUTDATED = `
SELECT tenant_id AS tenant, collection_id AS collection FROM haven.outdated_searches ORDER BY tenant_id, collection_id`;

const RESTART = `
WITH outdated AS MATERIALIZED (
  SELECT (search->>'id')::integer AS old_id, nextval('haven.index_ids')::integer AS new_id FROM haven.collections
  WHERE tenant_id = haven.current_tenant() AND id = $1 AND EXISTS (
    SELECT FROM haven.outdated_searches WHERE tenant_id = haven.current_tenant() AND collection_id = $1
  )
), changed AS (
  UPDATE haven.collections SET revision = revision + 1, search = search || jsonb_build_object(
      'id', new_id, 'state', 'building', 'builtWith', current_setting('server_version_num')::integer / 10000
    ), schema_text_revision = schema_text_revision + CASE WHEN schema_text_revision = revision THEN 1 ELSE 0 END
  FROM outdated WHERE tenant_id = haven.current_tenant() AND id = $1
)
INSERT INTO haven.index_builds AS b (tenant_id, collection_id, index_id, task)
SELECT haven.current_tenant(), $1::integer, w.id, w.task FROM outdated
CROSS JOIN LATERAL (VALUES (new_id, 'fill'), (old_id, 'drop')) AS w (id, task)
ON CONFLICT (tenant_id, collection_id, index_id) DO UPDATE SET task = excluded.task, after = NULL, skipped = '{}'`;
