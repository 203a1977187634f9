import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whether what is read of a collection's records by id may be remembered. */
export class RecordCache1764310000000 implements MigrationInterface {
  readonly name = 'RecordCache1764310000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'ALTER TABLE haven.collections ADD cache_records boolean NOT NULL DEFAULT false, ADD cache_changed_at timestamptz(3)',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE haven.collections DROP COLUMN cache_records, DROP COLUMN cache_changed_at');
  }
}
