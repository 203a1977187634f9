/** Declares eight paths in each of 1,250 collections of other tenants. One collection in ten has 100 records. */
export const DECLARE_NEIGHBOURS = `
WITH made AS (
  INSERT INTO haven.collections
    (tenant_id, name, revision, enforce, require_precondition, indexes, declared_indexes, created_at, updated_at)
  SELECT md5('neighbour' || g / 10)::uuid, 'neighbour-' || g, 1, 'all', false, '[]', (
    SELECT jsonb_agg(jsonb_build_object('id', nextval('haven.index_ids'), 'state', 'ready', 'unique', false,
      'members', jsonb_build_array(jsonb_build_object('path', jsonb_build_array('path' || g || '_' || i)))))
    FROM generate_series(1, 8) AS i
  ), now(), now()
  FROM generate_series(1, 1250) AS g
  RETURNING tenant_id, id, declared_indexes
), stored AS (
  INSERT INTO haven.records (tenant_id, collection_id, id, version, data, created_at, updated_at)
  SELECT tenant_id, id, gen_random_uuid(), 1, jsonb_build_object('number', n), now(), now()
  FROM made, generate_series(1, 100) AS n WHERE id % 10 = 0
  RETURNING *
)
INSERT INTO haven.index_entries (tenant_id, collection_id, index_id, key, record_id)
SELECT s.tenant_id, s.collection_id, k.index_id, k.key, s.id
FROM stored AS s JOIN made ON made.id = s.collection_id,
  haven.index_keys(declared_indexes, s.id, 1, s.data, s.created_at, s.updated_at) AS k`;

/** Removes all that `DECLARE_NEIGHBOURS` creates. */
export const REMOVE_NEIGHBOURS = `
WITH gone AS (DELETE FROM haven.collections WHERE name LIKE 'neighbour-%' RETURNING tenant_id, id),
  entries AS (DELETE FROM haven.index_entries AS e USING gone WHERE (e.tenant_id, e.collection_id) = (gone.tenant_id, gone.id))
DELETE FROM haven.records AS r USING gone WHERE (r.tenant_id, r.collection_id) = (gone.tenant_id, gone.id)`;

/**
 * Creates 300,000 records of the tenant of collection $1 without the color red, and as many of another tenant, which
 * all have it.
 */
export const FILL_COLORS = `
INSERT INTO haven.records (tenant_id, collection_id, id, version, data, created_at, updated_at)
SELECT CASE WHEN own THEN tenant_id ELSE md5('red')::uuid END, id, gen_random_uuid(), 1,
  jsonb_build_object('number', g, 'color', CASE WHEN own THEN 'blue' ELSE 'red' END), now(), now()
FROM haven.collections, generate_series(1, 300000) AS g, (VALUES (true), (false)) AS side (own) WHERE name = $1`;
