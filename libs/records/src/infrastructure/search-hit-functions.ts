/** Number of the newest records from which it is determined whether many records match a search. */
const SAMPLE = 2_000;

/** A search is common if at least one in this number of the sampled records matches. */
const COMMON = 25;

/**
 * Functions that find records by their search documents. A migration creates them in the schema `haven`.
 *
 * Each of their queries has one plan, whatever the planner's statistics contain: `haven.searched_documents` can be read
 * only by the index of lexemes, because its condition on the tenant is not one for which PostgreSQL uses a B-tree, and
 * `haven.live_search` is read in the order of ids, because sorting is disabled and `coalesce` keeps the search from
 * using the index of lexemes.
 *
 * All of them fail with HV001 if the index is not declared any more, as `haven.require_search` does.
 */
export const SEARCH_HIT_FUNCTIONS = `
-- Returns the ids of at most this number of records that match; all of them if the number is NULL.
CREATE FUNCTION haven.search_hits(of_collection integer, of_index integer, query tsquery, most bigint)
RETURNS SETOF uuid LANGUAGE plpgsql STABLE
SET enable_seqscan = off SET max_parallel_workers_per_gather = 0 AS $$
BEGIN
  PERFORM haven.require_search(of_collection, of_index);
  RETURN QUERY SELECT record_id FROM haven.searched_documents WHERE document @@ query LIMIT most;
END $$;

-- Whether at least one in ${COMMON} of the newest records matches. Then few documents have to be read in the order of
-- their ids to find many matches; otherwise, the index of lexemes leads to fewer pages.
CREATE FUNCTION haven.is_common_search(of_collection integer, of_index integer, query tsquery)
RETURNS boolean LANGUAGE plpgsql STABLE
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off SET max_parallel_workers_per_gather = 0 AS $$
BEGIN
  PERFORM haven.require_search(of_collection, of_index);
  RETURN ${COMMON} * count(*) FILTER (WHERE document @@ query) >= count(*) FROM (
    SELECT document FROM haven.live_search
    WHERE collection_id = of_collection AND index_id = of_index ORDER BY record_id DESC LIMIT ${SAMPLE}
  ) AS newest;
END $$;

-- Returns the newest records that match, at most this number, with their scores for another query. The newest ones have
-- the greatest ids.
CREATE FUNCTION haven.newest_search_hits(
  of_collection integer, of_index integer, query tsquery, ranked_by tsquery, most bigint
)
RETURNS TABLE (id uuid, score real) LANGUAGE plpgsql STABLE
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off SET max_parallel_workers_per_gather = 0 AS $$
BEGIN
  IF haven.is_common_search(of_collection, of_index, query) THEN
    RETURN QUERY SELECT s.record_id, ts_rank(s.document, ranked_by) FROM haven.live_search AS s
      WHERE s.collection_id = of_collection AND s.index_id = of_index AND coalesce(s.document @@ query, FALSE)
      ORDER BY s.record_id DESC LIMIT most;
  ELSE
    RETURN QUERY SELECT hits.hit, ts_rank(s.document, ranked_by) FROM (
        SELECT hit FROM haven.search_hits(of_collection, of_index, query, NULL) AS hit ORDER BY hit DESC LIMIT most
      ) AS hits CROSS JOIN LATERAL (
        SELECT document FROM haven.live_search
        WHERE collection_id = of_collection AND index_id = of_index AND record_id = hits.hit OFFSET 0
      ) AS s;
  END IF;
END $$`;
