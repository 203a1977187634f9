import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Stores the JSON Schema of a collection as the client wrote it. `schema` keeps its value, for processes of the previous
 * version. They change the schema and the revision but not the text, so the text is valid only for its revision.
 */
export class SchemaText1764430000000 implements MigrationInterface {
  readonly name = 'SchemaText1764430000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE haven.collections ADD schema_text text, ADD schema_text_revision integer');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE haven.collections DROP COLUMN schema_text, DROP COLUMN schema_text_revision');
  }
}
