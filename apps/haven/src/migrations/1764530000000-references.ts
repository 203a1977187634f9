import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Stores which references name a collection, so that a deletion of its records finds their referrers, and which record's
 * deletion caused an event.
 */
export class References1764530000000 implements MigrationInterface {
  readonly name = 'References1764530000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query("ALTER TABLE haven.collections ADD referrers jsonb NOT NULL DEFAULT '[]'");
    await runner.query('ALTER TABLE haven.events ADD cause uuid');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE haven.events DROP COLUMN cause');
    await runner.query('ALTER TABLE haven.collections DROP COLUMN referrers');
  }
}
