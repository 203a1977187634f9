import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What each tenant may have, and what it has: counted where events get their place, and taken off where something goes. */
export class Quotas1764220000000 implements MigrationInterface {
  readonly name = 'Quotas1764220000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [TENANTS, COUNTS, WHAT_THERE_IS, RIGHTS]) await runner.query(statement);
    await runner.query(`${DROP}; ${prune(COUNTING)}; ${FORGET_SALTS}; ${OWNED}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`${DROP}; ${prune(NOT_COUNTING)}; ${FORGET_SALTS_ALONE}; ${OWNED}`);
    await runner.query(`
ALTER TABLE haven.collections DROP COLUMN freed;
ALTER TABLE haven.feed_heads DROP COLUMN records, DROP COLUMN bytes;
ALTER TABLE haven.feed DROP COLUMN bytes;
ALTER TABLE haven.tenants DROP COLUMN quotas`);
  }
}

/** What an operator has set for a tenant: \`{"records": 1000}\`; what is not named is as configured. */
const TENANTS = `
ALTER TABLE haven.tenants ADD quotas jsonb NOT NULL DEFAULT '{}'`;

/**
 * A line has the size of its event's document for as long as that is kept; a head has the sum, and how many records live. What
 * pruning frees is kept with the collection, whose row it holds anyway: the sequencer need not wait for it.
 */
const COUNTS = `
ALTER TABLE haven.feed ADD bytes integer NOT NULL DEFAULT 0;
ALTER TABLE haven.feed_heads ADD records bigint NOT NULL DEFAULT 0, ADD bytes bigint NOT NULL DEFAULT 0;
ALTER TABLE haven.collections ADD freed bigint NOT NULL DEFAULT 0`;

const WHAT_THERE_IS = `
${force('NO FORCE')};
UPDATE haven.feed AS f SET bytes = octet_length(e.data::text)
FROM haven.events AS e
WHERE e.data IS NOT NULL
  AND (e.tenant_id, e.collection_id, e.record_id, e.version) = (f.tenant_id, f.collection_id, f.record_id, f.version);
UPDATE haven.feed_heads AS h SET records = there.records, bytes = there.bytes
FROM (
  SELECT f.tenant_id, sum(f.bytes) AS bytes, count(*) FILTER (
    WHERE e.type NOT IN ('record.deleted', 'record.erased') AND NOT EXISTS (
      SELECT FROM haven.feed AS later
      WHERE later.tenant_id = f.tenant_id AND later.collection_id = f.collection_id AND later.record_id = f.record_id
        AND later.version > f.version
    )
  ) AS records
  FROM haven.feed AS f LEFT JOIN haven.events AS e USING (tenant_id, collection_id, record_id, version)
  GROUP BY f.tenant_id
) AS there
WHERE h.tenant_id = there.tenant_id;
${force('FORCE')}`;

const RIGHTS = `
GRANT UPDATE (bytes) ON haven.feed, haven.feed_heads TO haven_upkeep;
GRANT UPDATE (freed) ON haven.collections TO haven_upkeep`;

/** The versions that go are in the feed, so they have been counted. */
const COUNTING = {
  line: `
        SELECT released + coalesce(sum(bytes), 0) INTO released FROM haven.feed
        WHERE tenant_id = tenant AND collection_id = of_collection AND record_id = line.record_id
          AND version BETWEEN oldest AND superseded;
        UPDATE haven.feed SET salt = NULL, bytes = 0`,
  end: ', freed = freed + released',
};
const NOT_COUNTING = {
  line: `
        UPDATE haven.feed SET salt = NULL`,
  end: '',
};

const FUNCTIONS = ['haven.prune_history(integer, integer)', 'haven.forget_salts(integer, uuid)'];
const DROP = `DROP FUNCTION ${FUNCTIONS.join(', ')}`;
const OWNED = `
GRANT CREATE ON SCHEMA haven TO haven_upkeep;
${FUNCTIONS.map(
  (each) => `ALTER FUNCTION ${each} OWNER TO haven_upkeep;
REVOKE ALL ON FUNCTION ${each} FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ${each} TO haven_runtime;`,
).join('\n')}
REVOKE CREATE ON SCHEMA haven FROM haven_upkeep`;

/**
 * When the sequencer comes to an erasure, all earlier versions are in the feed, and no document of theirs is there any more:
 * whatever their lines were counted with goes, as do the salts of those that were sealed meanwhile.
 */
const FORGET_SALTS = `
CREATE FUNCTION haven.forget_salts(of_collection integer, of_record uuid) RETURNS void
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
)
UPDATE haven.feed_heads SET bytes = bytes - (SELECT coalesce(sum(bytes), 0) FROM counted)
WHERE tenant_id = haven.current_tenant() AND EXISTS (SELECT FROM counted) $$`;

const FORGET_SALTS_ALONE = `
CREATE FUNCTION haven.forget_salts(of_collection integer, of_record uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
UPDATE haven.feed AS f SET salt = NULL
WHERE f.tenant_id = haven.current_tenant() AND f.collection_id = of_collection AND f.record_id = of_record
  AND f.salt IS NOT NULL AND f.version < (
    SELECT max(version) FROM haven.events AS e
    WHERE e.tenant_id = haven.current_tenant() AND e.collection_id = of_collection AND e.record_id = of_record
      AND e.type = 'record.erased'
  ) $$`;

/** As it was before, but for what happens to the lines of versions that have gone. */
function prune({ line, end }: typeof COUNTING): string {
  return `
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
  released bigint := 0;
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
      IF oldest IS NOT NULL THEN${line}
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
  SET prune_position = reached, pruned_through = settings.through, pruned_before = settings.before${end}
  WHERE tenant_id = tenant AND id = of_collection;
  RETURN true;
END $$`;
}

function force(how: 'FORCE' | 'NO FORCE'): string {
  return ['feed', 'feed_heads', 'events']
    .map((table) => `ALTER TABLE haven.${table} ${how} ROW LEVEL SECURITY`)
    .join(';\n');
}
