import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What removes something from the log: the pruning of old versions and the erasure of payloads, by a role of their own (ADR 18). */
export class HistoryUpkeep1764120000000 implements MigrationInterface {
  readonly name = 'HistoryUpkeep1764120000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [
      COLLECTIONS,
      PRUNED_COLLECTIONS,
      UPKEEP_RIGHTS,
      PRUNE,
      ERASE,
      FORGET_SALTS,
      REMOVE_STRAYS,
    ]) {
      await runner.query(statement);
    }
    await runner.query(ownedFunctions());
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
DROP FUNCTION ${FUNCTIONS.join(', ')};
DROP TRIGGER history_changed ON haven.collections;
DROP FUNCTION haven.start_pruning_over();
DROP VIEW haven.pruned_collections;
DROP OWNED BY haven_upkeep;
DROP POLICY reader ON haven.collections;
REVOKE SELECT ON haven.collections FROM haven_reader;
ALTER TABLE haven.collections DROP COLUMN history, DROP COLUMN prune_position, DROP COLUMN pruned_through, DROP COLUMN pruned_before`);
  }
}

/**
 * How long old versions are kept, how far in the feed that has been looked after, and what has gone by it: \`pruned_through\` is
 * the greatest number among the events whose predecessor is gone, \`pruned_before\` the greatest time of such an event.
 */
const COLLECTIONS = `
ALTER TABLE haven.collections
  ADD history jsonb,
  ADD prune_position bigint NOT NULL DEFAULT 0,
  ADD pruned_through bigint NOT NULL DEFAULT 0,
  ADD pruned_before timestamptz(3);
CREATE FUNCTION haven.start_pruning_over() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.prune_position := 0;
  RETURN NEW;
END $$;
CREATE TRIGGER history_changed BEFORE UPDATE OF history ON haven.collections
  FOR EACH ROW WHEN (OLD.history IS DISTINCT FROM NEW.history) EXECUTE FUNCTION haven.start_pruning_over()`;

/** For whoever prunes, all tenants' collections that want it. */
const PRUNED_COLLECTIONS = `
CREATE POLICY reader ON haven.collections FOR SELECT TO haven_reader USING (true);
GRANT SELECT (tenant_id, id, history) ON haven.collections TO haven_reader;
CREATE VIEW haven.pruned_collections AS SELECT tenant_id, id FROM haven.collections WHERE history IS NOT NULL;
GRANT CREATE ON SCHEMA haven TO haven_reader;
ALTER VIEW haven.pruned_collections OWNER TO haven_reader;
REVOKE CREATE ON SCHEMA haven FROM haven_reader;
GRANT SELECT ON haven.pruned_collections TO haven_runtime`;

/** Within the tenant that is set, as for everybody. */
const UPKEEP_RIGHTS = `
GRANT USAGE ON SCHEMA haven TO haven_upkeep;
GRANT SELECT, UPDATE (data), DELETE ON haven.events TO haven_upkeep;
GRANT SELECT, UPDATE (salt) ON haven.feed TO haven_upkeep;
GRANT SELECT, UPDATE (prune_position, pruned_through, pruned_before) ON haven.collections TO haven_upkeep;
GRANT SELECT, DELETE ON haven.records TO haven_upkeep;
${['events', 'feed', 'collections', 'records']
  .map(
    (table) => `CREATE POLICY upkeep ON haven.${table} TO haven_upkeep
  USING (tenant_id = haven.current_tenant()) WITH CHECK (tenant_id = haven.current_tenant())`,
  )
  .join(';\n')}`;

/**
 * Walks the next lines of a collection's feed. A line that is old enough says that what it superseded has been so for long
 * enough: those versions go, unless they are among the newest \`keep\`. Answers whether there may be more to do. One statement
 * a line, each by a key: a plan for all of them together would rest on what the planner believes of an average tenant.
 */
const PRUNE = `
CREATE FUNCTION haven.prune_history(of_collection integer, at_most integer) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  tenant uuid := haven.current_tenant();
  settings record;
  horizon timestamptz;
  line record;
  written timestamptz;
  newest integer;
  superseded integer;
  oldest integer;
  reached bigint;
BEGIN
  SELECT coalesce((history->>'keep')::integer, 1) AS keep, coalesce(history->>'for', '0')::interval AS age,
    prune_position AS start, pruned_through AS through, pruned_before AS before
  INTO settings FROM haven.collections
  WHERE tenant_id = tenant AND id = of_collection AND history IS NOT NULL FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  horizon := now() - settings.age;
  FOR line IN
    SELECT seq, record_id, version FROM haven.feed
    WHERE tenant_id = tenant AND collection_id = of_collection AND seq > settings.start ORDER BY seq LIMIT at_most
  LOOP
    SELECT at INTO written FROM haven.events
    WHERE tenant_id = tenant AND collection_id = of_collection AND record_id = line.record_id AND version = line.version;
    IF FOUND THEN
      EXIT WHEN written >= horizon;
      SELECT version INTO newest FROM haven.records
      WHERE tenant_id = tenant AND collection_id = of_collection AND id = line.record_id;
      superseded := least(line.version - 1, coalesce(newest, 0) - settings.keep);
      WITH gone AS (
        DELETE FROM haven.events
        WHERE tenant_id = tenant AND collection_id = of_collection AND record_id = line.record_id AND version <= superseded
        RETURNING version
      )
      SELECT min(version) INTO oldest FROM gone;
      IF oldest IS NOT NULL THEN
        UPDATE haven.feed SET salt = NULL
        WHERE tenant_id = tenant AND collection_id = of_collection AND record_id = line.record_id
          AND version BETWEEN oldest AND superseded;
        SELECT greatest(settings.through, f.seq), greatest(settings.before, e.at) INTO settings.through, settings.before
        FROM haven.feed AS f, haven.events AS e
        WHERE f.tenant_id = tenant AND f.collection_id = of_collection AND f.record_id = line.record_id
          AND f.version = superseded + 1
          AND e.tenant_id = tenant AND e.collection_id = of_collection AND e.record_id = line.record_id
          AND e.version = superseded + 1;
      END IF;
    END IF;
    reached := line.seq;
  END LOOP;
  IF reached IS NULL THEN
    RETURN false;
  END IF;
  UPDATE haven.collections
  SET prune_position = reached, pruned_through = settings.through, pruned_before = settings.before
  WHERE tenant_id = tenant AND id = of_collection;
  RETURN true;
END $$`;

/** Empties all versions of a record; answers how many had something in them. Its row is written by whoever logs the erasure. */
const ERASE = `
CREATE FUNCTION haven.erase_payloads(of_collection integer, of_record uuid) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
WITH forgotten AS (
  UPDATE haven.feed SET salt = NULL
  WHERE tenant_id = haven.current_tenant() AND collection_id = of_collection AND record_id = of_record AND salt IS NOT NULL
), emptied AS (
  UPDATE haven.events SET data = NULL
  WHERE tenant_id = haven.current_tenant() AND collection_id = of_collection AND record_id = of_record AND data IS NOT NULL
  RETURNING version
)
SELECT count(*) FROM emptied $$`;

/** For lines that were sealed while their record was being erased: they have entered the feed before the erasure does. */
const FORGET_SALTS = `
CREATE FUNCTION haven.forget_salts(of_collection integer, of_record uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
UPDATE haven.feed AS f SET salt = NULL
WHERE f.tenant_id = haven.current_tenant() AND f.collection_id = of_collection AND f.record_id = of_record
  AND f.salt IS NOT NULL AND f.version < (
    SELECT max(version) FROM haven.events AS e
    WHERE e.tenant_id = haven.current_tenant() AND e.collection_id = of_collection AND e.record_id = of_record
      AND e.type = 'record.erased'
  ) $$`;

/** Deletes those of some rows that no event speaks of: nothing Haven writes is like that. */
const REMOVE_STRAYS = `
CREATE FUNCTION haven.remove_strays(collections integer[], ids uuid[]) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
WITH removed AS (
  DELETE FROM haven.records AS r USING unnest(collections, ids) AS k (collection_id, id)
  WHERE r.tenant_id = haven.current_tenant() AND r.collection_id = k.collection_id AND r.id = k.id AND NOT EXISTS (
    SELECT FROM haven.events AS e
    WHERE e.tenant_id = haven.current_tenant() AND e.collection_id = k.collection_id AND e.record_id = k.id
  )
  RETURNING r.id
)
SELECT count(*) FROM removed $$`;

const FUNCTIONS = [
  'haven.prune_history(integer, integer)',
  'haven.erase_payloads(integer, uuid)',
  'haven.forget_salts(integer, uuid)',
  'haven.remove_strays(integer[], uuid[])',
];

function ownedFunctions(): string {
  return `
GRANT CREATE ON SCHEMA haven TO haven_upkeep;
${FUNCTIONS.map(
  (each) => `ALTER FUNCTION ${each} OWNER TO haven_upkeep;
REVOKE ALL ON FUNCTION ${each} FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ${each} TO haven_runtime;`,
).join('\n')}
REVOKE CREATE ON SCHEMA haven FROM haven_upkeep`;
}
