import type { MigrationInterface, QueryRunner } from 'typeorm';

import { asUpkeep, replaceRemovedTables } from './remove-contents.js';

/**
 * Counts for the overview: the sizes of collections, and what happens in each minute (ADR 58).
 *
 * The sizes are exact for all events in the feed, from the first statement on: creating the trigger waits for the
 * transactions that insert into the feed, and blocks others until the migration has been committed.
 */
export class RequestStats1764610000000 implements MigrationInterface {
  readonly name = 'RequestStats1764610000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [SIZES, PREVIOUS_RELEASE, ALL_SIZES, SIZES_OF_ALL_TENANTS, ACTIVITY]) {
      await runner.query(statement);
    }
    await runner.query(asUpkeep(`${ADD_ACTIVITY}; ${FORGET_ACTIVITY}; ${FORGET_SALTS}`));
    await runner.query(asUpkeep(replaceRemovedTables(WITHOUT_STATS, WITH_STATS)));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(asUpkeep(replaceRemovedTables(WITH_STATS, WITHOUT_STATS)));
    await runner.query(asUpkeep(FORGET_SALTS_BEFORE));
    await runner.query(`
DROP FUNCTION haven.add_activity(timestamptz, jsonb), haven.forget_activity(interval, integer);
DROP VIEW haven.sizes_of_all_tenants;
DROP TABLE haven.tenant_activity, haven.total_activity;
DROP TRIGGER collection_sizes ON haven.feed;
DROP FUNCTION haven.count_collection_sizes();
DROP TABLE haven.collection_sizes`);
  }
}

/**
 * The number of live records of a collection, and the sum of the sizes that its feed entries were counted with. What
 * pruning has freed is in \`collections.freed\`, as for \`feed_heads\`.
 */
const SIZES = `
CREATE TABLE haven.collection_sizes (
  tenant_id uuid NOT NULL DEFAULT haven.current_tenant(),
  collection_id integer NOT NULL,
  records bigint NOT NULL,
  bytes bigint NOT NULL,
  PRIMARY KEY (tenant_id, collection_id)
) WITH (fillfactor = 70);
GRANT SELECT, INSERT, UPDATE ON haven.collection_sizes TO haven_runtime;
${secured('collection_sizes')}
GRANT UPDATE (bytes) ON haven.collection_sizes TO haven_upkeep`;

/**
 * Counts the feed entries of a leader of the previous version. Leaders of this version set \`haven.index_entries\`, and
 * count in the statement that inserts the entries.
 */
const PREVIOUS_RELEASE = `
CREATE FUNCTION haven.count_collection_sizes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO haven.collection_sizes AS s (tenant_id, collection_id, records, bytes)
  SELECT a.tenant_id, a.collection_id, sum(
      coalesce((e.type NOT IN ('record.deleted', 'record.erased'))::integer, 0)
      - coalesce((p.type NOT IN ('record.deleted', 'record.erased'))::integer, 0)
    ), sum(a.bytes)
  FROM added AS a
  LEFT JOIN haven.events AS e ON e.tenant_id = a.tenant_id AND e.collection_id = a.collection_id
    AND e.record_id = a.record_id AND e.version = a.version
  LEFT JOIN haven.events AS p ON p.tenant_id = a.tenant_id AND p.collection_id = a.collection_id
    AND p.record_id = a.record_id AND p.version = a.version - 1
  GROUP BY a.tenant_id, a.collection_id
  ON CONFLICT (tenant_id, collection_id) DO UPDATE
  SET records = s.records + excluded.records, bytes = s.bytes + excluded.bytes;
  RETURN NULL;
END $$;
CREATE TRIGGER collection_sizes AFTER INSERT ON haven.feed REFERENCING NEW TABLE AS added FOR EACH STATEMENT
  WHEN (current_setting('haven.index_entries', true) IS DISTINCT FROM 'written')
  EXECUTE FUNCTION haven.count_collection_sizes()`;

const ALL_SIZES = `
${force('NO FORCE')};
INSERT INTO haven.collection_sizes (tenant_id, collection_id, records, bytes)
SELECT there.tenant_id, there.collection_id, there.records, there.bytes + coalesce(c.freed, 0)
FROM (
  SELECT f.tenant_id, f.collection_id, sum(f.bytes) AS bytes, count(*) FILTER (
    WHERE e.type NOT IN ('record.deleted', 'record.erased') AND NOT EXISTS (
      SELECT FROM haven.feed AS later
      WHERE later.tenant_id = f.tenant_id AND later.collection_id = f.collection_id AND later.record_id = f.record_id
        AND later.version > f.version
    )
  ) AS records
  FROM haven.feed AS f LEFT JOIN haven.events AS e USING (tenant_id, collection_id, record_id, version)
  GROUP BY f.tenant_id, f.collection_id
) AS there LEFT JOIN haven.collections AS c ON c.tenant_id = there.tenant_id AND c.id = there.collection_id;
${force('FORCE')}`;

/** For operators: the sizes of the collections of all tenants. */
const SIZES_OF_ALL_TENANTS = `
CREATE POLICY reader ON haven.collection_sizes FOR SELECT TO haven_reader USING (true);
GRANT SELECT ON haven.collection_sizes TO haven_reader;
GRANT SELECT (name, deleted_at, freed) ON haven.collections TO haven_reader;
CREATE VIEW haven.sizes_of_all_tenants AS
  SELECT c.tenant_id, c.name, c.deleted_at IS NULL AS is_living, coalesce(s.records, 0) AS records,
    coalesce(s.bytes, 0) - c.freed AS bytes
  FROM haven.collections AS c
  LEFT JOIN haven.collection_sizes AS s ON s.tenant_id = c.tenant_id AND s.collection_id = c.id;
GRANT CREATE ON SCHEMA haven TO haven_reader;
ALTER VIEW haven.sizes_of_all_tenants OWNER TO haven_reader;
REVOKE CREATE ON SCHEMA haven FROM haven_reader;
GRANT SELECT ON haven.sizes_of_all_tenants TO haven_runtime`;

/**
 * What happened in each minute, for each tenant and for all: counts by name, such as \`{"api.rest": 12}\`. Only the
 * functions below write the tables.
 */
const ACTIVITY = `
CREATE TABLE haven.tenant_activity (
  tenant_id uuid NOT NULL DEFAULT haven.current_tenant(),
  minute timestamptz NOT NULL,
  counts jsonb NOT NULL,
  PRIMARY KEY (tenant_id, minute)
) WITH (fillfactor = 50);
CREATE INDEX tenant_activity_minute ON haven.tenant_activity (minute);
CREATE TABLE haven.total_activity (minute timestamptz PRIMARY KEY, counts jsonb NOT NULL) WITH (fillfactor = 50);
GRANT SELECT ON haven.tenant_activity, haven.total_activity TO haven_runtime;
GRANT SELECT, INSERT, UPDATE, DELETE ON haven.tenant_activity, haven.total_activity TO haven_upkeep;
ALTER TABLE haven.tenant_activity ENABLE ROW LEVEL SECURITY;
ALTER TABLE haven.tenant_activity FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON haven.tenant_activity TO haven_runtime
  USING (tenant_id = haven.current_tenant()) WITH CHECK (tenant_id = haven.current_tenant());
CREATE POLICY upkeep ON haven.tenant_activity TO haven_upkeep USING (true) WITH CHECK (true)`;

/** The stored counts, with those that are added to the ones with equal names. */
const SUM = `a.counts || coalesce((
        SELECT jsonb_object_agg(name, coalesce((a.counts ->> name)::numeric, 0) + value::numeric)
        FROM jsonb_each_text(excluded.counts) AS added (name, value)
      ), '{}')`;

/**
 * Adds what a process has counted: \`[{"tenant": null, "since": "…", "counts": {…}}]\`; without a tenant, to the counts of
 * all. \`clock\` is the time of the process, so that its clock need not agree with the one of the database. Rows are
 * locked in the same order by all processes. A tenant that is being deleted gets no rows any more. The transaction does
 * not wait until it is on disk.
 */
const ADD_ACTIVITY = `
CREATE FUNCTION haven.add_activity(clock timestamptz, entries jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  entry record;
BEGIN
  PERFORM set_config('synchronous_commit', 'off', true);
  FOR entry IN
    SELECT e.tenant, date_bin('1 minute', least(now(), e.since + (now() - clock)), 'epoch') AS minute, e.counts
    FROM jsonb_to_recordset(entries) AS e (tenant uuid, since timestamptz, counts jsonb)
    WHERE NOT EXISTS (SELECT FROM haven.tenants AS t WHERE t.id = e.tenant AND t.state = 'deleting')
    ORDER BY e.tenant NULLS LAST, minute
  LOOP
    IF entry.tenant IS NULL THEN
      INSERT INTO haven.total_activity AS a (minute, counts) VALUES (entry.minute, entry.counts)
      ON CONFLICT (minute) DO UPDATE SET counts = ${SUM};
    ELSE
      INSERT INTO haven.tenant_activity AS a (tenant_id, minute, counts) VALUES (entry.tenant, entry.minute, entry.counts)
      ON CONFLICT (tenant_id, minute) DO UPDATE SET counts = ${SUM};
    END IF;
  END LOOP;
END $$;
${owned('haven.add_activity(timestamptz, jsonb)')}`;

/** Deletes some of the minutes that are older; returns how many rows. */
const FORGET_ACTIVITY = `
CREATE FUNCTION haven.forget_activity(older_than interval, most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  removed integer;
BEGIN
  DELETE FROM haven.total_activity WHERE minute < now() - older_than;
  DELETE FROM haven.tenant_activity WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM haven.tenant_activity WHERE minute < now() - older_than LIMIT most
  ));
  GET DIAGNOSTICS removed = ROW_COUNT;
  RETURN removed;
END $$;
${owned('haven.forget_activity(interval, integer)')}`;

/** Subtracts the sizes of erased documents from the totals of the tenant and, with \`sizes\`, from those of the collection. */
function forgetSalts(sizes: string): string {
  return `
CREATE OR REPLACE FUNCTION haven.forget_salts(of_collection integer, of_record uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
WITH erased AS (
  SELECT max(version) AS version FROM haven.events
  WHERE tenant_id = haven.current_tenant() AND collection_id = of_collection AND record_id = of_record
    AND type = 'record.erased'
), counted AS (
  SELECT f.version, f.bytes FROM haven.feed AS f, erased
  WHERE f.tenant_id = haven.current_tenant() AND f.collection_id = of_collection AND f.record_id = of_record
    AND f.version < erased.version AND (f.bytes > 0 OR f.salt IS NOT NULL)
), forgotten AS (
  UPDATE haven.feed AS f SET salt = NULL, bytes = 0 FROM counted
  WHERE f.tenant_id = haven.current_tenant() AND f.collection_id = of_collection AND f.record_id = of_record
    AND f.version = counted.version
)${sizes}
UPDATE haven.feed_heads SET bytes = bytes - (SELECT coalesce(sum(bytes), 0) FROM counted)
WHERE tenant_id = haven.current_tenant() AND EXISTS (SELECT FROM counted) $$`;
}

const FORGET_SALTS = forgetSalts(`, sized AS (
  UPDATE haven.collection_sizes SET bytes = bytes - (SELECT coalesce(sum(bytes), 0) FROM counted)
  WHERE tenant_id = haven.current_tenant() AND collection_id = of_collection AND EXISTS (SELECT FROM counted)
)`);
const FORGET_SALTS_BEFORE = forgetSalts('');

/** Tables in `haven.remove_contents`, which deletes the contents of a deleted tenant table by table. */
const WITHOUT_STATS = "'feed_heads', 'collections'";
const WITH_STATS = "'feed_heads', 'collection_sizes', 'tenant_activity', 'collections'";

function owned(signature: string): string {
  return `ALTER FUNCTION ${signature} OWNER TO haven_upkeep;
REVOKE ALL ON FUNCTION ${signature} FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ${signature} TO haven_runtime`;
}

/** Lets the owner of the tables read and write the rows of all tenants, or not. */
function force(how: 'FORCE' | 'NO FORCE'): string {
  return ['feed', 'events', 'collections', 'collection_sizes']
    .map((table) => `ALTER TABLE haven.${table} ${how} ROW LEVEL SECURITY`)
    .join(';\n');
}

/** Row security for the runtime role, and for the functions that erase and that remove a deleted tenant. */
function secured(table: string): string {
  const own = 'tenant_id = haven.current_tenant()';
  return `
ALTER TABLE haven.${table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE haven.${table} FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON haven.${table} TO haven_runtime USING (${own}) WITH CHECK (${own});
CREATE POLICY upkeep ON haven.${table} TO haven_upkeep USING (${own}) WITH CHECK (${own});
GRANT SELECT, DELETE ON haven.${table} TO haven_upkeep;`;
}
