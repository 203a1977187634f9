/**
 * Returns SQL that selects the live records among those whose collection ids and record ids are in two arrays, and
 * locks them. A deletion takes `FOR UPDATE`, the only lock that conflicts with this one.
 */
export const liveTargetsSql = (collectionIds: string, recordIds: string): string => `
  SELECT target.collection_id, target.id
  FROM unnest(${collectionIds}::integer[], ${recordIds}::uuid[]) AS link (collection_id, id) CROSS JOIN LATERAL (
    SELECT collection_id, id FROM haven.records AS r
    WHERE r.tenant_id = haven.current_tenant() AND r.collection_id = link.collection_id AND r.id = link.id
      AND r.data IS NOT NULL
    LIMIT 1 FOR KEY SHARE
  ) AS target`;
