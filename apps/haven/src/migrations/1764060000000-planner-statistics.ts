import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Lets the planner use what ANALYZE knows of the documents when it plans a query of `live_records` (ADR 13). */
export class PlannerStatistics1764060000000 implements MigrationInterface {
  readonly name = 'PlannerStatistics1764060000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(EVERY_RECORD);
    await runner.query(LIVE_RECORDS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(LIVE_RECORDS.replace('haven.every_record', 'haven.records'));
    await runner.query('ALTER TABLE haven.every_record DETACH PARTITION haven.records; DROP TABLE haven.every_record');
  }
}

/**
 * PostgreSQL keeps its statistics from operators that are not leakproof wherever a policy guards the table that a query names,
 * be it one that lets everything pass. So the view names a parent that has no policy, and that its owner alone may read;
 * `records`, its only partition, stays as guarded as it was for whoever names it.
 */
const EVERY_RECORD = `
CREATE TABLE haven.every_record (LIKE haven.records) PARTITION BY LIST (tenant_id);
ALTER TABLE haven.every_record ATTACH PARTITION haven.records DEFAULT;
GRANT SELECT ON haven.every_record TO haven_reader`;

const LIVE_RECORDS = `
CREATE OR REPLACE VIEW haven.live_records AS
  SELECT collection_id, id, version, data, created_at, updated_at
  FROM haven.every_record
  WHERE tenant_id = haven.current_tenant() AND data IS NOT NULL`;
