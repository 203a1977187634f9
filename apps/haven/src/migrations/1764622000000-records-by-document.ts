import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Lets statements whose plan does not depend on their parameters find records by the index of all documents (ADR 62).
 *
 * The view contains the rows of `live_records`. Its condition is written so that no other index can be used for it: if
 * the planner does not know the tenant, it expects so few records of one that it would read all of them. The value in
 * `scoped_data` contains the tenant and the collection, so its index reads no entries of others.
 */
export class RecordsByDocument1764622000000 implements MigrationInterface {
  readonly name = 'RecordsByDocument1764622000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
CREATE VIEW haven.live_documents AS
  SELECT collection_id, id, version, data, created_at, updated_at,
    jsonb_set('{}', ARRAY[tenant_id::text || '/' || collection_id::text], data) AS scoped_data
  FROM haven.every_record
  WHERE coalesce(tenant_id = haven.current_tenant() AND data IS NOT NULL, FALSE);
GRANT CREATE ON SCHEMA haven TO haven_reader;
ALTER VIEW haven.live_documents OWNER TO haven_reader;
REVOKE CREATE ON SCHEMA haven FROM haven_reader;
GRANT SELECT ON haven.live_documents TO haven_runtime`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP VIEW haven.live_documents');
  }
}
