import type { MigrationInterface, QueryRunner } from 'typeorm';

import { asUpkeep, replaceRemovedTables } from './remove-contents.js';

/**
 * Counts the bytes of stored responses to requests with an `Idempotency-Key`, so that they are part of a tenant's usage.
 *
 * Each row contains in `bytes` what was counted for it, and the counters of a tenant are the sum of these. A process of
 * the previous version writes rows with 0, which are never subtracted, so the counters stay exact during an upgrade.
 */
export class ResponseBytes1764410000000 implements MigrationInterface {
  readonly name = 'ResponseBytes1764410000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [COUNTERS, COUNT, asUpkeep(`DROP FUNCTION ${FORGET}; ${FORGET_AND_COUNT}`)]) {
      await runner.query(statement);
    }
    await runner.query(asUpkeep(replaceRemovedTables(WITHOUT_COUNTERS, WITH_COUNTERS)));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(asUpkeep(replaceRemovedTables(WITH_COUNTERS, WITHOUT_COUNTERS)));
    await runner.query(asUpkeep(`DROP FUNCTION ${FORGET}; ${FORGET_ONLY}`));
    await runner.query(`
DROP FUNCTION haven.count_response_bytes(uuid, bigint);
DROP TABLE haven.response_bytes;
ALTER TABLE haven.idempotency_keys DROP COLUMN bytes`);
  }
}

/**
 * A tenant has as many counters as transactions have changed its count at the same time; their sum counts. With a single
 * counter, requests with a key would wait for each other.
 */
const COUNTERS = `
ALTER TABLE haven.idempotency_keys ADD bytes integer NOT NULL DEFAULT 0;
CREATE TABLE haven.response_bytes (
  tenant_id uuid NOT NULL DEFAULT haven.current_tenant(),
  counter uuid NOT NULL DEFAULT gen_random_uuid(),
  bytes bigint NOT NULL,
  PRIMARY KEY (tenant_id, counter)
);
GRANT SELECT, INSERT, UPDATE ON haven.response_bytes TO haven_runtime;
GRANT SELECT, INSERT, UPDATE, DELETE ON haven.response_bytes TO haven_upkeep;
ALTER TABLE haven.response_bytes ENABLE ROW LEVEL SECURITY;
ALTER TABLE haven.response_bytes FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON haven.response_bytes TO haven_runtime
  USING (tenant_id = haven.current_tenant()) WITH CHECK (tenant_id = haven.current_tenant());
CREATE POLICY upkeep ON haven.response_bytes TO haven_upkeep USING (true) WITH CHECK (true)`;

/** Adds to a counter that no other transaction is changing. It runs with the rights of its caller. */
const COUNT = `
CREATE FUNCTION haven.count_response_bytes(of_tenant uuid, added bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF added = 0 THEN
    RETURN;
  END IF;
  UPDATE haven.response_bytes SET bytes = bytes + added
  WHERE tenant_id = of_tenant AND counter = (
    SELECT counter FROM haven.response_bytes WHERE tenant_id = of_tenant LIMIT 1 FOR UPDATE SKIP LOCKED
  );
  IF NOT FOUND THEN
    INSERT INTO haven.response_bytes (tenant_id, bytes) VALUES (of_tenant, added);
  END IF;
END $$;
REVOKE ALL ON FUNCTION haven.count_response_bytes(uuid, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION haven.count_response_bytes(uuid, bigint) TO haven_runtime, haven_upkeep`;

const FORGET = 'haven.forget_answers(interval, integer)';

const FORGET_AND_COUNT = `
CREATE FUNCTION haven.forget_answers(older_than interval, most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  part record;
  total integer := 0;
BEGIN
  FOR part IN
    WITH forgotten AS (
      DELETE FROM haven.idempotency_keys WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM haven.idempotency_keys WHERE at < now() - older_than ORDER BY at LIMIT most FOR UPDATE SKIP LOCKED
      ))
      RETURNING tenant_id, bytes
    )
    SELECT tenant_id, sum(bytes) AS bytes, count(*) AS responses FROM forgotten GROUP BY tenant_id
  LOOP
    PERFORM haven.count_response_bytes(part.tenant_id, -part.bytes);
    total := total + part.responses;
  END LOOP;
  RETURN total;
END $$;
${owned()}`;

/** The function as it was before. */
const FORGET_ONLY = `
CREATE FUNCTION haven.forget_answers(older_than interval, most integer) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  WITH forgotten AS (
    DELETE FROM haven.idempotency_keys WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM haven.idempotency_keys WHERE at < now() - older_than ORDER BY at LIMIT most FOR UPDATE SKIP LOCKED
    ))
    RETURNING 1
  )
  SELECT count(*)::integer FROM forgotten;
END;
${owned()}`;

function owned(): string {
  return `ALTER FUNCTION ${FORGET} OWNER TO haven_upkeep;
REVOKE ALL ON FUNCTION ${FORGET} FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ${FORGET} TO haven_runtime`;
}

/** Tables in `haven.remove_contents`, which deletes the contents of a deleted tenant table by table. */
const WITHOUT_COUNTERS = "'idempotency_keys'";
const WITH_COUNTERS = "'idempotency_keys', 'response_bytes'";
