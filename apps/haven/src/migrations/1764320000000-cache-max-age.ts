import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Collections say up to which age their records may be served from a cache; `cache_records` is off from here on. The column stays
 * for processes of the version before, which read it, and learn within a second that they cache nothing any more.
 */
export class CacheMaxAge1764320000000 implements MigrationInterface {
  readonly name = 'CacheMaxAge1764320000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
ALTER TABLE haven.collections ADD cache jsonb, NO FORCE ROW LEVEL SECURITY;
UPDATE haven.collections SET cache_records = false, cache_changed_at = now() WHERE cache_records;
ALTER TABLE haven.collections FORCE ROW LEVEL SECURITY`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE haven.collections DROP COLUMN cache');
  }
}
