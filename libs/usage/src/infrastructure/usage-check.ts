import type { ClientBase } from 'pg';

import { sendPipeline } from '@haven/database';
import type { TextRow } from '@haven/database';
import { TOMBSTONE_TYPES } from '@haven/kernel';

/**
 * Selects the stored usage, and the usage computed from the tenant's whole feed. Until an erasure has entered the feed,
 * the erased document may still be counted.
 */
const COMPARE = `
SELECT h.records, there.records, h.bytes - gone.bytes, there.bytes, there.wrong
FROM haven.feed_heads AS h, (
  SELECT coalesce(sum(freed), 0) AS bytes FROM haven.collections WHERE tenant_id = haven.current_tenant()
) AS gone, (
  SELECT coalesce(sum(f.bytes), 0) AS bytes,
    count(*) FILTER (WHERE e.data IS NOT NULL AND f.bytes <> octet_length(e.data::text)) AS wrong,
    count(*) FILTER (WHERE e.type NOT IN ('${TOMBSTONE_TYPES.join("', '")}') AND NOT EXISTS (
      SELECT FROM haven.feed AS later
      WHERE later.tenant_id = haven.current_tenant() AND later.collection_id = f.collection_id
        AND later.record_id = f.record_id AND later.version > f.version
    )) AS records
  FROM haven.feed AS f LEFT JOIN haven.events AS e USING (tenant_id, collection_id, record_id, version)
  WHERE f.tenant_id = haven.current_tenant()
) AS there
WHERE h.tenant_id = haven.current_tenant()`;

/** Selects a collection whose stored size differs from its part of the feed, with both; none if all agree. */
const COMPARE_COLLECTIONS = `
SELECT coalesce(c.name, 'number ' || id), coalesce(s.records, 0), coalesce(s.bytes, 0) - coalesce(c.freed, 0),
  coalesce(there.records, 0), coalesce(there.bytes, 0)
FROM (
  SELECT f.collection_id AS id, sum(f.bytes) AS bytes,
    count(*) FILTER (WHERE e.type NOT IN ('${TOMBSTONE_TYPES.join("', '")}') AND NOT EXISTS (
      SELECT FROM haven.feed AS later
      WHERE later.tenant_id = haven.current_tenant() AND later.collection_id = f.collection_id
        AND later.record_id = f.record_id AND later.version > f.version
    )) AS records
  FROM haven.feed AS f LEFT JOIN haven.events AS e USING (tenant_id, collection_id, record_id, version)
  WHERE f.tenant_id = haven.current_tenant() GROUP BY f.collection_id
) AS there
FULL JOIN (
  SELECT collection_id AS id, records, bytes FROM haven.collection_sizes WHERE tenant_id = haven.current_tenant()
) AS s USING (id)
LEFT JOIN haven.collections AS c USING (id)
WHERE coalesce(s.records, 0) <> coalesce(there.records, 0)
  OR coalesce(s.bytes, 0) - coalesce(c.freed, 0) <> coalesce(there.bytes, 0)
ORDER BY 1 LIMIT 1`;

/** Selects the counted bytes of stored responses, and the bytes that their rows were counted with. */
const COMPARE_RESPONSES = `
SELECT (SELECT coalesce(sum(bytes), 0) FROM haven.response_bytes WHERE tenant_id = haven.current_tenant()),
  (SELECT coalesce(sum(bytes), 0) FROM haven.idempotency_keys WHERE tenant_id = haven.current_tenant())`;

/**
 * Compares the stored usage of the current tenant (`haven.current_tenant()`) with its events. Returns the difference,
 * or null if they agree. Must run in a single snapshot.
 */
export async function checkUsage(client: ClientBase): Promise<string | null> {
  const [[row] = [], [responses] = [], [collection] = []] = await sendPipeline(client, [
    { text: COMPARE, values: [] },
    { text: COMPARE_RESPONSES, values: [] },
    { text: COMPARE_COLLECTIONS, values: [] },
  ]);
  const [counted, stored] = responses ?? [];
  if (counted !== stored) return `its stored responses are counted as ${counted} bytes, but have ${stored} bytes.`;
  if (!row) return null;
  const [records, living, bytes, kept, wrong] = row;
  if (wrong !== '0') return `the size in ${wrong} feed entries differs from the size of their documents.`;
  if (records === living && bytes === kept) return collection ? collectionDifference(collection) : null;
  return `its usage is stored as ${records} records and ${bytes} bytes, but there are ${living} records and ${kept} bytes.`;
}

function collectionDifference([name, records, bytes, living, kept]: TextRow): string {
  return (
    `the size of the collection ${name} is stored as ${records} records and ${bytes} bytes, ` +
    `but there are ${living} records and ${kept} bytes.`
  );
}
