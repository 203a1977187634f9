import type { MigrationInterface, QueryRunner } from 'typeorm';

import { KEY_FUNCTIONS } from '@haven/records';

import { asUpkeep, replaceRemovedTables } from './remove-contents.js';

/**
 * Keeps the entries of all declared indexes in one table with one B-tree, instead of one partial index on `records` for
 * each declared index (ADR 45).
 */
export class IndexEntries1764500000000 implements MigrationInterface {
  readonly name = 'IndexEntries1764500000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [
      KEY_FUNCTIONS,
      DECLARED_INDEXES,
      ENTRIES,
      VALUES,
      BUILDS,
      views(),
      REQUIRE_INDEX,
      PREVIOUS_RELEASE,
      asUpkeep(replaceRemovedTables(WITHOUT_ENTRIES, WITH_ENTRIES)),
    ]) {
      await runner.query(statement);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(asUpkeep(replaceRemovedTables(WITH_ENTRIES, WITHOUT_ENTRIES)));
    await runner.query(`
DROP TRIGGER index_entries ON haven.records;
DROP FUNCTION haven.write_index_entries(), haven.require_index(integer, integer);
DROP VIEW haven.live_entries, haven.held_values, haven.pending_index_builds;
DROP TABLE haven.every_entry, haven.every_value, haven.index_builds;
ALTER TABLE haven.collections DROP COLUMN declared_indexes;
DROP SEQUENCE haven.index_ids;
DROP FUNCTION haven.index_keys, haven.identity_of, haven.value_key, haven.typed_text_key,
  haven.inverted_key, haven.text_bytes, haven.number_key`);
  }
}

/**
 * The indexes of a collection: \`[{"id": 12, "state": "ready", "members": [{"path": ["address", "city"]}]}]\`. A member has
 * a path or names a system field, and may be \`descending\` and compared \`as\` an instant or without case. The column
 * \`indexes\` remains for processes of the previous version.
 */
const DECLARED_INDEXES = `
ALTER TABLE haven.collections ADD declared_indexes jsonb NOT NULL DEFAULT '[]';
CREATE SEQUENCE haven.index_ids AS integer;
GRANT USAGE ON SEQUENCE haven.index_ids TO haven_runtime`;

/**
 * The keys of the records in the declared indexes. A key consists of bytes in the order of the index; \`haven.index_keys\`
 * computes the keys of a record.
 */
const ENTRIES = `
CREATE TABLE haven.index_entries (
  tenant_id uuid NOT NULL DEFAULT haven.current_tenant(),
  collection_id integer NOT NULL,
  index_id integer NOT NULL,
  key bytea NOT NULL,
  record_id uuid NOT NULL,
  PRIMARY KEY (tenant_id, collection_id, index_id, key, record_id)
);
${secured('index_entries')}
GRANT SELECT, INSERT, DELETE ON haven.index_entries TO haven_runtime`;

/**
 * The hashes of the values in unique indexes. The constraint is checked at the end of the transaction, so that records
 * can exchange their values.
 */
const VALUES = `
CREATE TABLE haven.unique_entries (
  tenant_id uuid NOT NULL DEFAULT haven.current_tenant(),
  collection_id integer NOT NULL,
  index_id integer NOT NULL,
  hash bytea NOT NULL,
  record_id uuid NOT NULL,
  PRIMARY KEY (tenant_id, collection_id, index_id, hash, record_id),
  CONSTRAINT unique_entries_value UNIQUE (tenant_id, collection_id, index_id, hash) DEFERRABLE INITIALLY DEFERRED
);
${secured('unique_entries')}
GRANT SELECT, INSERT, DELETE ON haven.unique_entries TO haven_runtime`;

/**
 * Work that is left to do on indexes: adding the entries of the records that existed when an index was declared (in the
 * order of their ids; \`after\` is the last one), or removing the entries of an index that is no longer declared.
 */
const BUILDS = `
CREATE TABLE haven.index_builds (
  tenant_id uuid NOT NULL DEFAULT haven.current_tenant(),
  collection_id integer NOT NULL,
  index_id integer NOT NULL,
  task text NOT NULL CHECK (task IN ('fill', 'drop')),
  after uuid,
  done bigint NOT NULL DEFAULT 0,
  total bigint NOT NULL DEFAULT 0,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, collection_id, index_id)
);
${secured('index_builds')}
GRANT SELECT, INSERT, UPDATE, DELETE ON haven.index_builds TO haven_runtime`;

/** As with \`live_records\`, reads use views of parent tables without policies, so that they can use every index. */
function views(): string {
  return `
CREATE TABLE haven.every_entry (LIKE haven.index_entries) PARTITION BY LIST (tenant_id);
ALTER TABLE haven.every_entry ATTACH PARTITION haven.index_entries DEFAULT;
CREATE TABLE haven.every_value (LIKE haven.unique_entries) PARTITION BY LIST (tenant_id);
ALTER TABLE haven.every_value ATTACH PARTITION haven.unique_entries DEFAULT;
CREATE VIEW haven.live_entries AS
  SELECT collection_id, index_id, key, record_id FROM haven.every_entry WHERE tenant_id = haven.current_tenant();
CREATE VIEW haven.held_values AS
  SELECT collection_id, index_id, hash, record_id FROM haven.every_value WHERE tenant_id = haven.current_tenant();
CREATE POLICY reader ON haven.index_builds FOR SELECT TO haven_reader USING (true);
GRANT SELECT ON haven.every_entry, haven.every_value, haven.index_builds TO haven_reader;
CREATE VIEW haven.pending_index_builds AS
  SELECT tenant_id, collection_id, index_id, task, created_at FROM haven.index_builds;
GRANT CREATE ON SCHEMA haven TO haven_reader;
${['live_entries', 'held_values', 'pending_index_builds'].map((view) => `ALTER VIEW haven.${view} OWNER TO haven_reader;`).join('\n')}
REVOKE CREATE ON SCHEMA haven FROM haven_reader;
GRANT SELECT ON haven.live_entries, haven.held_values, haven.pending_index_builds TO haven_runtime`;
}

/**
 * Fails a statement that reads the entries of an index that is no longer declared: they are not maintained. A process
 * may have outdated settings in its cache.
 */
const REQUIRE_INDEX = `
CREATE FUNCTION haven.require_index(of_collection integer, of_index integer) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF EXISTS (
    SELECT FROM haven.collections WHERE tenant_id = haven.current_tenant() AND id = of_collection
      AND deleted_at IS NULL AND declared_indexes @> jsonb_build_array(jsonb_build_object('id', of_index))
  ) THEN
    RETURN true;
  END IF;
  RAISE EXCEPTION 'The index % is not declared any more.', of_index USING ERRCODE = 'HV001';
END $$`;

/**
 * Writes the entries of records that a process of the previous version writes. Processes of this version set
 * \`haven.index_entries\` and write the entries in the same statement as the record.
 */
const PREVIOUS_RELEASE = `
CREATE FUNCTION haven.write_index_entries() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  definitions jsonb;
BEGIN
  SELECT declared_indexes INTO definitions FROM haven.collections
  WHERE tenant_id = NEW.tenant_id AND id = NEW.collection_id;
  IF coalesce(definitions, '[]') = '[]' THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    DELETE FROM haven.index_entries AS e
    USING haven.index_keys(definitions, OLD.id, OLD.version, OLD.data, OLD.created_at, OLD.updated_at) AS k
    WHERE e.tenant_id = OLD.tenant_id AND e.collection_id = OLD.collection_id AND e.index_id = k.index_id
      AND e.key = k.key AND e.record_id = OLD.id AND NOT k.is_unique;
    DELETE FROM haven.unique_entries AS e
    USING haven.index_keys(definitions, OLD.id, OLD.version, OLD.data, OLD.created_at, OLD.updated_at) AS k
    WHERE e.tenant_id = OLD.tenant_id AND e.collection_id = OLD.collection_id AND e.index_id = k.index_id
      AND e.hash = k.key AND e.record_id = OLD.id AND k.is_unique;
  END IF;
  INSERT INTO haven.index_entries (tenant_id, collection_id, index_id, key, record_id)
  SELECT NEW.tenant_id, NEW.collection_id, k.index_id, k.key, NEW.id
  FROM haven.index_keys(definitions, NEW.id, NEW.version, NEW.data, NEW.created_at, NEW.updated_at) AS k
  WHERE NOT k.is_unique ON CONFLICT DO NOTHING;
  INSERT INTO haven.unique_entries (tenant_id, collection_id, index_id, hash, record_id)
  SELECT NEW.tenant_id, NEW.collection_id, k.index_id, k.key, NEW.id
  FROM haven.index_keys(definitions, NEW.id, NEW.version, NEW.data, NEW.created_at, NEW.updated_at) AS k
  WHERE k.is_unique ON CONFLICT (tenant_id, collection_id, index_id, hash, record_id) DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER index_entries AFTER INSERT OR UPDATE ON haven.records FOR EACH ROW
  WHEN (current_setting('haven.index_entries', true) IS DISTINCT FROM 'written')
  EXECUTE FUNCTION haven.write_index_entries()`;

/** Tables in `haven.remove_contents`, which deletes the contents of a deleted tenant table by table. */
const WITHOUT_ENTRIES = "'records', 'events'";
const WITH_ENTRIES = "'index_builds', 'index_entries', 'unique_entries', 'records', 'events'";

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
