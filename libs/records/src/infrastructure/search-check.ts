import type { ClientBase } from 'pg';

import { searchDefinition } from '@haven/collections';
import type { DeclaredSearch } from '@haven/collections';

interface SearchedCollection {
  readonly id: number;
  readonly name: string;
  readonly search: DeclaredSearch;
  /** Whether the documents are about to be built anew, so that they may differ. */
  readonly isOutdated: boolean;
}

/**
 * Compares the documents of all searches with the text of the records of the transaction's tenant, and returns the
 * first difference as a sentence. A search that is being built may lack documents, and one that is being dropped may
 * have some. The caller's transaction must be REPEATABLE READ.
 */
export async function checkDocuments(client: ClientBase): Promise<string | null> {
  const { rows } = await client.query<SearchedCollection>(COLLECTIONS);
  for (const { id, name, search, isOutdated } of rows) {
    if (isOutdated) continue;
    const values = [id, search.id, searchDefinition(search), search.state === 'ready'];
    const { rows: found } = await client.query<{ id: string; what: string }>(DIFFERENCE, values);
    if (found[0]) return `search of ${JSON.stringify(name)}: record ${found[0].id} ${found[0].what}.`;
  }
  const { rows: strays } = await client.query<{ collection: number; index: number }>(UNDECLARED);
  const [stray] = strays;
  return stray
    ? `collection number ${stray.collection} has documents of the search ${stray.index}, which it does not declare.`
    : null;
}

const COLLECTIONS = `
SELECT id, name, search, EXISTS (
  SELECT FROM haven.outdated_searches WHERE tenant_id = haven.current_tenant() AND collection_id = id
) AS "isOutdated"
FROM haven.collections WHERE tenant_id = haven.current_tenant() AND deleted_at IS NULL AND search IS NOT NULL
ORDER BY id`;

const DIFFERENCE = `
(
  SELECT r.id, CASE WHEN d.document IS NULL THEN 'has no document' ELSE 'has a document that does not match its text' END
    AS what
  FROM haven.records AS r LEFT JOIN haven.search_documents AS d
    ON d.tenant_id = haven.current_tenant() AND d.collection_id = $1 AND d.index_id = $2 AND d.record_id = r.id
  WHERE r.tenant_id = haven.current_tenant() AND r.collection_id = $1 AND r.data IS NOT NULL
    AND ($4::boolean OR d.document IS NOT NULL)
    AND haven.search_document($3::jsonb, r.data) <> coalesce(d.document, '')
  LIMIT 1
) UNION ALL (
  SELECT d.record_id, 'has a document, but does not exist' FROM haven.search_documents AS d
  WHERE d.tenant_id = haven.current_tenant() AND d.collection_id = $1 AND d.index_id = $2 AND NOT EXISTS (
    SELECT FROM haven.records AS r
    WHERE r.tenant_id = haven.current_tenant() AND r.collection_id = $1 AND r.id = d.record_id AND r.data IS NOT NULL
  )
  LIMIT 1
)`;

const UNDECLARED = `
SELECT collection_id AS collection, index_id AS index FROM (
  SELECT DISTINCT collection_id, index_id FROM haven.search_documents WHERE tenant_id = haven.current_tenant()
) AS d
WHERE NOT EXISTS (
  SELECT FROM haven.collections AS c WHERE c.tenant_id = haven.current_tenant() AND c.id = d.collection_id
    AND c.deleted_at IS NULL AND (c.search->>'id')::integer = d.index_id
) AND NOT EXISTS (
  SELECT FROM haven.index_builds AS b WHERE b.tenant_id = haven.current_tenant() AND b.collection_id = d.collection_id
    AND b.index_id = d.index_id AND b.task = 'drop'
) LIMIT 1`;
