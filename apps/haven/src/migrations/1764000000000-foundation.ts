import type { MigrationInterface, QueryRunner } from 'typeorm';

import { SORT_FUNCTIONS } from '@haven/records';

/** Collections, records and their events; the tenant is first in every key and forced row security guards every table. */
export class Foundation1764000000000 implements MigrationInterface {
  readonly name = 'Foundation1764000000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [
      SETTINGS,
      TENANT_FUNCTION,
      SORT_FUNCTIONS,
      COLLECTIONS,
      RECORDS,
      EVENTS,
      LIVE_RECORDS,
      OWNER_POLICY,
      GRANTS,
    ]) {
      await runner.query(statement);
    }
    for (const table of ['collections', 'records', 'events']) await runner.query(rowSecurity(table));
  }

  async down(): Promise<void> {
    throw new Error('The first migration has no way back: drop the database instead.');
  }
}

/** What all processes of one database share: the key that signs cursors. */
const SETTINGS = `
CREATE TABLE haven.settings (key text PRIMARY KEY, value text NOT NULL);
INSERT INTO haven.settings VALUES
  ('cursor_key', encode(sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')), 'hex'))`;

/** No tenant set means NULL, and NULL equals nothing: fail closed. */
const TENANT_FUNCTION = `
CREATE FUNCTION haven.current_tenant() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('haven.tenant', true), '')::uuid`;

/** \`schema\` is \`json\`, not \`jsonb\`: people read it, so it keeps its order. A deleted collection keeps its row for its events. */
const COLLECTIONS = `
CREATE TABLE haven.collections (
  tenant_id uuid NOT NULL DEFAULT haven.current_tenant(),
  id integer GENERATED ALWAYS AS IDENTITY,
  name text COLLATE "C" NOT NULL,
  description text,
  revision integer NOT NULL,
  schema json,
  enforce text NOT NULL,
  require_precondition boolean NOT NULL,
  indexes jsonb NOT NULL,
  created_at timestamptz(3) NOT NULL,
  updated_at timestamptz(3) NOT NULL,
  deleted_at timestamptz(3),
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX collections_name ON haven.collections (tenant_id, name) WHERE deleted_at IS NULL`;

/** The row is a projection of the record's events. NULL data is a tombstone: the id is free, its versions go on. */
const RECORDS = `
CREATE TABLE haven.records (
  tenant_id uuid NOT NULL DEFAULT haven.current_tenant(),
  collection_id integer NOT NULL,
  id uuid NOT NULL,
  version integer NOT NULL,
  data jsonb,
  created_at timestamptz(3) NOT NULL,
  updated_at timestamptz(3) NOT NULL,
  PRIMARY KEY (tenant_id, collection_id, id)
);
ALTER TABLE haven.records ALTER data SET STATISTICS 200;
CREATE INDEX records_newest ON haven.records (tenant_id, collection_id, created_at, id) WHERE data IS NOT NULL;
CREATE INDEX records_data ON haven.records USING gin (data jsonb_path_ops) WHERE data IS NOT NULL`;

const EVENTS = `
CREATE TABLE haven.events (
  tenant_id uuid NOT NULL DEFAULT haven.current_tenant(),
  collection_id integer NOT NULL,
  record_id uuid NOT NULL,
  version integer NOT NULL,
  position bigint GENERATED ALWAYS AS IDENTITY,
  type text NOT NULL,
  data jsonb,
  actor text NOT NULL,
  trace_id text NOT NULL,
  at timestamptz(3) NOT NULL,
  PRIMARY KEY (tenant_id, collection_id, record_id, version)
)`;

/**
 * What lists and filters read. Under row security PostgreSQL may not use an index with an operator that is not leakproof,
 * and jsonb's are not; a view owned by a role of its own puts the tenant's condition in place instead (ADR 8).
 */
const LIVE_RECORDS = `
CREATE VIEW haven.live_records AS
  SELECT collection_id, id, version, data, created_at, updated_at
  FROM haven.records
  WHERE tenant_id = haven.current_tenant() AND data IS NOT NULL;
CREATE POLICY reader ON haven.records FOR SELECT TO haven_reader USING (true);
GRANT USAGE, CREATE ON SCHEMA haven TO haven_reader;
GRANT SELECT ON haven.records TO haven_reader;
ALTER VIEW haven.live_records OWNER TO haven_reader;
REVOKE CREATE ON SCHEMA haven FROM haven_reader`;

/** The owner builds the indexes that collections declare, so it reads their settings; it sees no record. */
const OWNER_POLICY = `
CREATE POLICY owner ON haven.collections TO CURRENT_USER USING (true)`;

const GRANTS = `
GRANT USAGE ON SCHEMA haven TO haven_runtime;
GRANT SELECT ON haven.settings, haven.migrations, haven.live_records TO haven_runtime;
GRANT SELECT, INSERT, UPDATE ON haven.collections, haven.records TO haven_runtime;
GRANT SELECT, INSERT ON haven.events TO haven_runtime`;

function rowSecurity(table: string): string {
  return `
ALTER TABLE haven.${table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE haven.${table} FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON haven.${table} TO haven_runtime
  USING (tenant_id = haven.current_tenant()) WITH CHECK (tenant_id = haven.current_tenant())`;
}
