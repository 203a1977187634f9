/** The searched text that a statement writes: none, that of `new` records, or what has `changed` in records. */
export type TextWritten = 'none' | 'new' | 'changed';

/**
 * Returns the part of the statement that writes the documents of the records in `stored`; `definition` is the
 * definition of the search. For `changed` ones, `before` has the replaced rows: a document is computed only if a
 * searched member has changed, and written only if its lexemes have. A record without lexemes has no document.
 */
export function searchDocuments(text: Exclude<TextWritten, 'none'>, definition: string): string {
  return `, searched AS MATERIALIZED (
  SELECT id, haven.search_document(${definition}, s.data) AS document FROM stored AS s${text === 'changed' ? changedText(definition) : ''}
), removed_documents AS (
  DELETE FROM haven.search_documents
  WHERE tenant_id = haven.current_tenant() AND collection_id = $1 AND index_id = (${definition} ->> 'id')::integer
    AND record_id = ANY(ARRAY(SELECT id FROM searched WHERE document = ''))
), written_documents AS (
  INSERT INTO haven.search_documents AS d (collection_id, index_id, record_id, document)
  SELECT $1, (${definition} ->> 'id')::integer, id, document FROM searched WHERE document <> ''
  ON CONFLICT (tenant_id, collection_id, index_id, record_id) DO UPDATE SET document = excluded.document
  WHERE d.document <> excluded.document
)`;
}

function changedText(definition: string): string {
  return ` LEFT JOIN before AS b USING (id)
  WHERE haven.searched_values(${definition}, s.data) IS DISTINCT FROM haven.searched_values(${definition}, b.data)`;
}
