import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A random mark of each collection, which changes when events of the collection enter the feed: the entity tags of lists
 * are derived from it (ADR 61). Random marks are never repeated, not even after a restore.
 */
export class CollectionMarks1764620000000 implements MigrationInterface {
  readonly name = 'CollectionMarks1764620000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(MARKS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
DROP TRIGGER renew_mark ON haven.collection_sizes;
DROP FUNCTION haven.renew_mark();
ALTER TABLE haven.collection_sizes DROP COLUMN mark`);
  }
}

/**
 * The sequencer sets a new mark itself. The trigger does it for all others that update the row, especially for leaders of
 * the previous version, which do not know the column.
 */
const MARKS = `
ALTER TABLE haven.collection_sizes ADD mark uuid NOT NULL DEFAULT gen_random_uuid();
CREATE FUNCTION haven.renew_mark() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.mark := gen_random_uuid();
  RETURN NEW;
END $$;
CREATE TRIGGER renew_mark BEFORE UPDATE ON haven.collection_sizes FOR EACH ROW
  WHEN (NEW.mark = OLD.mark) EXECUTE FUNCTION haven.renew_mark()`;
