/** Number of records that one statement repairs. */
const BATCH = 200;

const DEFINITION = `
definition AS MATERIALIZED (
  SELECT search, (search->>'id')::integer AS id FROM haven.collections
  WHERE tenant_id = haven.current_tenant() AND id = $1 AND deleted_at IS NULL AND search IS NOT NULL
)`;

/**
 * Writes the documents of the records after \`$2\` that are missing or differ from the text. The caller holds the
 * exclusive lock of the collection \`$1\`.
 */
export const ADD_DOCUMENTS = `
WITH ${DEFINITION}, batch AS MATERIALIZED (
  SELECT id, data FROM haven.records WHERE tenant_id = haven.current_tenant() AND collection_id = $1 AND id > $2
  ORDER BY id LIMIT ${BATCH}
), documents AS MATERIALIZED (
  SELECT b.id, d.id AS index_id, haven.search_document(d.search, b.data) AS document
  FROM definition AS d CROSS JOIN batch AS b WHERE b.data IS NOT NULL
), written AS (
  INSERT INTO haven.search_documents AS s (tenant_id, collection_id, index_id, record_id, document)
  SELECT haven.current_tenant(), $1, index_id, id, document FROM documents WHERE document <> ''
  ON CONFLICT (tenant_id, collection_id, index_id, record_id) DO UPDATE SET document = excluded.document
  WHERE s.document <> excluded.document
  RETURNING 1
)
SELECT (SELECT max(id::text) FROM batch WHERE EXISTS (SELECT FROM definition)) AS last,
  (SELECT count(*) FROM written)::float8 AS count`;

/** Removes the documents after the record \`$2\` that no text has, and those of other searches. */
export const REMOVE_DOCUMENTS = `
WITH ${DEFINITION}, batch AS MATERIALIZED (
  SELECT index_id, record_id FROM haven.search_documents
  WHERE tenant_id = haven.current_tenant() AND collection_id = $1 AND record_id IN (
    SELECT DISTINCT record_id FROM haven.search_documents
    WHERE tenant_id = haven.current_tenant() AND collection_id = $1 AND record_id > $2 ORDER BY record_id LIMIT ${BATCH}
  )
), kept AS MATERIALIZED (
  SELECT d.id AS index_id, r.id AS record_id FROM definition AS d CROSS JOIN haven.records AS r
  WHERE r.tenant_id = haven.current_tenant() AND r.collection_id = $1 AND r.id IN (SELECT record_id FROM batch)
    AND r.data IS NOT NULL AND haven.search_document(d.search, r.data) <> ''
), removed AS (
  DELETE FROM haven.search_documents AS s USING (TABLE batch EXCEPT TABLE kept) AS strays
  WHERE s.tenant_id = haven.current_tenant() AND s.collection_id = $1 AND s.index_id = strays.index_id
    AND s.record_id = strays.record_id
  RETURNING 1
)
SELECT (SELECT max(record_id::text) FROM batch) AS last, (SELECT count(*) FROM removed)::float8 AS count`;
