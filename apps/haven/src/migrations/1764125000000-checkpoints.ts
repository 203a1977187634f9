import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What proves the log, and what checks and rebuilds the rows by it (ADR 18). */
export class Checkpoints1764125000000 implements MigrationInterface {
  readonly name = 'Checkpoints1764125000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [CHECKPOINTS, READER, UNCHECKED, TENANT_IDS, VIEWS, REBUILD]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
DROP VIEW haven.unchecked_feeds, haven.tenant_ids;
DROP TABLE haven.checkpoints, haven.rebuild;
DROP POLICY reader ON haven.feed_heads;
REVOKE SELECT ON haven.feed_heads FROM haven_reader`);
  }
}

/** Each covers the lines of the feed since the one before, whose hash is in its own. */
const CHECKPOINTS = `
CREATE TABLE haven.checkpoints (
  tenant_id uuid NOT NULL DEFAULT haven.current_tenant(),
  number bigint NOT NULL,
  first_seq bigint NOT NULL,
  last_seq bigint NOT NULL,
  root bytea NOT NULL,
  previous bytea,
  hash bytea NOT NULL,
  at timestamptz(3) NOT NULL,
  PRIMARY KEY (tenant_id, number)
);
ALTER TABLE haven.checkpoints ENABLE ROW LEVEL SECURITY;
ALTER TABLE haven.checkpoints FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON haven.checkpoints TO haven_runtime
  USING (tenant_id = haven.current_tenant()) WITH CHECK (tenant_id = haven.current_tenant());
GRANT SELECT, INSERT ON haven.checkpoints TO haven_runtime`;

const READER = ['checkpoints', 'feed_heads']
  .map(
    (table) => `CREATE POLICY reader ON haven.${table} FOR SELECT TO haven_reader USING (true);
GRANT SELECT ON haven.${table} TO haven_reader;`,
  )
  .join('\n');

/** Whose feeds have grown since their last checkpoint. */
const UNCHECKED = `
CREATE VIEW haven.unchecked_feeds AS
SELECT h.tenant_id FROM haven.feed_heads AS h
WHERE h.seq > coalesce(
  (SELECT c.last_seq FROM haven.checkpoints AS c WHERE c.tenant_id = h.tenant_id ORDER BY c.number DESC LIMIT 1), 0
)`;

/** All tenants that have anything, each table's found by leaps through its key. */
const TENANT_IDS = `
CREATE VIEW haven.tenant_ids AS
${['collections', 'records', 'events', 'feed_heads', 'checkpoints'].map(leaps).join('\nUNION\n')}`;

function leaps(table: string): string {
  return `(WITH RECURSIVE leap AS (
  (SELECT tenant_id FROM haven.${table} ORDER BY tenant_id LIMIT 1)
  UNION ALL
  SELECT (SELECT t.tenant_id FROM haven.${table} AS t WHERE t.tenant_id > leap.tenant_id ORDER BY t.tenant_id LIMIT 1)
  FROM leap WHERE leap.tenant_id IS NOT NULL
) SELECT tenant_id FROM leap WHERE tenant_id IS NOT NULL)`;
}

const VIEWS = `
GRANT CREATE ON SCHEMA haven TO haven_reader;
ALTER VIEW haven.unchecked_feeds OWNER TO haven_reader;
ALTER VIEW haven.tenant_ids OWNER TO haven_reader;
REVOKE CREATE ON SCHEMA haven FROM haven_reader;
GRANT SELECT ON haven.unchecked_feeds, haven.tenant_ids TO haven_runtime`;

/** How far the rebuilding of rows is: the last record it has dealt with. */
const REBUILD = `
CREATE TABLE haven.rebuild (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  tenant uuid,
  collection_id integer,
  record_id uuid,
  looked bigint NOT NULL DEFAULT 0,
  mended bigint NOT NULL DEFAULT 0,
  finished boolean NOT NULL DEFAULT true
);
INSERT INTO haven.rebuild DEFAULT VALUES;
GRANT SELECT, UPDATE ON haven.rebuild TO haven_runtime`;
