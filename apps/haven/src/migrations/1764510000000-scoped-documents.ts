import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Indexes documents together with their tenant and collection, so that a search for a value does not read the entries of
 * other collections that have this value too (ADR 45).
 */
export class ScopedDocuments1764510000000 implements MigrationInterface {
  readonly name = 'ScopedDocuments1764510000000';

  /** The index is built concurrently, because processes of the previous version may be writing. */
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    const concurrently = runner.isTransactionActive ? '' : 'CONCURRENTLY';
    // The index is not partial: PostgreSQL does not use its statistics about the expressions of partial indexes.
    // An earlier attempt may have left an index that is not valid.
    await runner.query(`DROP INDEX ${concurrently} IF EXISTS haven.records_scoped`);
    await runner.query(`
CREATE INDEX ${concurrently} records_scoped ON haven.records USING gin (${SCOPED} jsonb_path_ops)`);
    await runner.query('ALTER INDEX haven.records_scoped ALTER COLUMN 1 SET STATISTICS 200');
    await runner.query(LIVE_RECORDS);
    await runner.query(DROP_OLD_IF_EMPTY);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
DROP VIEW haven.live_records;
${LIVE_RECORDS.replace(/,[^,]*AS scoped_data/s, '')};
DROP INDEX haven.records_scoped`);
  }
}

/**
 * Processes of the previous version use the index that the new one replaces, so a later migration drops it, unless there
 * are no records. Row security would hide them from a query.
 */
const DROP_OLD_IF_EMPTY = `
DO $$ BEGIN
  IF pg_relation_size('haven.records') = 0 THEN
    DROP INDEX haven.records_data;
  END IF;
END $$`;

/** \`{"tenant/collection": data}\`. Unlike jsonb_build_object, these functions are immutable. */
const SCOPED = `(jsonb_set('{}', ARRAY[tenant_id::text || '/' || collection_id::text], data))`;

const LIVE_RECORDS = `
CREATE OR REPLACE VIEW haven.live_records AS
  SELECT collection_id, id, version, data, created_at, updated_at,
    ${SCOPED} AS scoped_data
  FROM haven.every_record
  WHERE tenant_id = haven.current_tenant() AND data IS NOT NULL`;
