import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Lines of imports that are written in one transaction, until they have all arrived (ADR 31). */
export class ImportSpool1764400000000 implements MigrationInterface {
  readonly name = 'ImportSpool1764400000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [IMPORTS, LINES, STALE, removeContents(['import_lines', 'imports', ...TABLES])]) {
      await runner.query(statement);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(removeContents(TABLES));
    await runner.query('DROP VIEW haven.known_imports; DROP TABLE haven.import_lines, haven.imports');
  }
}

/**
 * Imports that are arriving, with the size of their documents. The process that receives an import updates `touched_at`
 * regularly. The tables are not logged: if the server crashes, the processes lose their connections and the imports fail.
 */
const IMPORTS = `
CREATE UNLOGGED TABLE haven.imports (
  tenant_id uuid NOT NULL DEFAULT haven.current_tenant(),
  id uuid NOT NULL,
  bytes bigint NOT NULL,
  touched_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id)
);
${secured('imports')}
GRANT SELECT, INSERT, UPDATE, DELETE ON haven.imports TO haven_runtime`;

const LINES = `
CREATE UNLOGGED TABLE haven.import_lines (
  tenant_id uuid NOT NULL DEFAULT haven.current_tenant(),
  import_id uuid NOT NULL,
  line integer NOT NULL,
  record_id uuid NOT NULL,
  data jsonb NOT NULL,
  PRIMARY KEY (tenant_id, import_id, line)
);
${secured('import_lines')}
GRANT SELECT, INSERT, DELETE ON haven.import_lines TO haven_runtime`;

/** Lets the leader find the imports of all tenants, but not their lines. */
const STALE = `
CREATE POLICY reader ON haven.imports FOR SELECT TO haven_reader USING (true);
GRANT SELECT (tenant_id, id, touched_at) ON haven.imports TO haven_reader;
CREATE VIEW haven.known_imports AS SELECT tenant_id, id, touched_at FROM haven.imports;
GRANT SELECT ON haven.known_imports TO haven_runtime;
GRANT CREATE ON SCHEMA haven TO haven_reader;
ALTER VIEW haven.known_imports OWNER TO haven_reader;
REVOKE CREATE ON SCHEMA haven FROM haven_reader`;

const TABLES = [
  'webhook_deliveries',
  'webhook_lanes',
  'webhooks',
  'records',
  'events',
  'feed',
  'checkpoints',
  'idempotency_keys',
  'api_keys',
  'feed_heads',
  'collections',
];

/** The function of the earlier migrations, with these tables. */
function removeContents(tables: readonly string[]): string {
  return `
GRANT CREATE ON SCHEMA haven TO haven_upkeep;
CREATE OR REPLACE FUNCTION haven.remove_contents(at_most integer) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  tenant uuid := haven.current_tenant();
  which text;
  removed integer;
BEGIN
  IF NOT EXISTS (SELECT FROM haven.tenants WHERE id = tenant AND state = 'deleting') THEN
    RETURN false;
  END IF;
  FOREACH which IN ARRAY ARRAY['${tables.join("', '")}'] LOOP
    EXECUTE format('DELETE FROM haven.%I WHERE tenant_id = $1 AND ctid = ANY(ARRAY(
      SELECT ctid FROM haven.%1$I WHERE tenant_id = $1 LIMIT $2))', which) USING tenant, at_most;
    GET DIAGNOSTICS removed = ROW_COUNT;
    IF removed > 0 THEN
      RETURN true;
    END IF;
  END LOOP;
  RETURN false;
END $$;
REVOKE CREATE ON SCHEMA haven FROM haven_upkeep`;
}

/** Row security for the runtime role, and for the function that removes the contents of a deleted tenant. */
function secured(table: string): string {
  const own = 'tenant_id = haven.current_tenant()';
  return `
ALTER TABLE haven.${table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE haven.${table} FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON haven.${table} TO haven_runtime USING (${own}) WITH CHECK (${own});
CREATE POLICY upkeep ON haven.${table} TO haven_upkeep USING (${own}) WITH CHECK (${own});
GRANT SELECT, DELETE ON haven.${table} TO haven_upkeep;`;
}
