import type { Haven } from '../haven.js';

/** Tables that change in the background, without a request, or that hold the lines of an import while they arrive. */
const IGNORED = [
  'feed',
  'feed_heads',
  'collection_sizes',
  'tenant_activity',
  'total_activity',
  'index_builds',
  'every_entry',
  'every_value',
  'index_entries',
  'unique_entries',
  'every_search_document',
  'search_documents',
  'sequencer',
  'checkpoints',
  'migrations',
  'imports',
  'import_lines',
  'webhook_lanes',
  'webhook_deliveries',
];

/** Counts the committed changes of rows, so that a refused request can be shown to have changed nothing. */
export class ChangeWatch {
  constructor(private readonly haven: Haven) {}

  /**
   * Installs triggers that note each change. They ignore what happens in the background: the states of indexes and the
   * search change, and the row of a deleted tenant is removed.
   */
  async install(): Promise<void> {
    const tables = await this.haven.sql<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'haven' AND table_type = 'BASE TABLE'
       AND table_name <> ALL ($1) ORDER BY 1 DESC`,
      [IGNORED],
    );
    const triggers = tables.map(
      ({ name }) =>
        `CREATE OR REPLACE TRIGGER watch AFTER INSERT OR UPDATE OR DELETE ON haven.${name} FOR EACH ROW EXECUTE FUNCTION watch.note()`,
    );
    await this.haven.sql(
      `CREATE SCHEMA watch; CREATE TABLE watch.changes (id bigserial PRIMARY KEY, what text);
       CREATE FUNCTION watch.note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
         IF TG_TABLE_NAME = 'tenants' AND TG_OP = 'DELETE' THEN RETURN NULL; END IF;
         IF TG_TABLE_NAME = 'collections' AND TG_OP = 'UPDATE' THEN
           IF to_jsonb(OLD) - '{indexes,declared_indexes,search}'::text[] = to_jsonb(NEW) - '{indexes,declared_indexes,search}'::text[] THEN
             RETURN NULL;
           END IF;
         END IF;
         INSERT INTO watch.changes (what) VALUES (TG_OP || ' ' || TG_TABLE_NAME); RETURN NULL;
       END $$; ${triggers.join('; ')}`,
    );
  }

  /** Returns the changes since the last call. */
  async taken(): Promise<string[]> {
    const rows = await this.haven.sql<{ what: string }>('DELETE FROM watch.changes RETURNING what');
    return rows.map(({ what }) => what);
  }
}
