import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The answers to requests with an `Idempotency-Key`, each written by the transaction it tells of (ADR 17). */
export class IdempotencyKeys1764110000000 implements MigrationInterface {
  readonly name = 'IdempotencyKeys1764110000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [KEYS, SECURITY, FORGETTING]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION haven.forget_answers; DROP TABLE haven.idempotency_keys');
  }
}

/** \`path\` is the response path of a GraphQL field, and empty on REST. \`answer\` is text: it goes out as it came. */
const KEYS = `
CREATE TABLE haven.idempotency_keys (
  tenant_id uuid NOT NULL DEFAULT haven.current_tenant(),
  key text COLLATE "C" NOT NULL,
  path text COLLATE "C" NOT NULL,
  fingerprint bytea NOT NULL,
  status smallint NOT NULL,
  answer text,
  at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, key, path)
);
CREATE INDEX idempotency_keys_at ON haven.idempotency_keys (at)`;

const SECURITY = `
GRANT SELECT, INSERT, UPDATE ON haven.idempotency_keys TO haven_runtime;
ALTER TABLE haven.idempotency_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE haven.idempotency_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON haven.idempotency_keys TO haven_runtime
  USING (tenant_id = haven.current_tenant()) WITH CHECK (tenant_id = haven.current_tenant())`;

/**
 * Deletes old answers of all tenants, at most so many, passing over those that a request is just replacing; answers how many.
 * It runs as a role that may do nothing else with them. (Locking rows takes the right to update a column.)
 */
const FORGETTING = `
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
REVOKE EXECUTE ON FUNCTION haven.forget_answers FROM PUBLIC;
GRANT EXECUTE ON FUNCTION haven.forget_answers TO haven_runtime;
CREATE POLICY upkeep ON haven.idempotency_keys TO haven_upkeep USING (true);
GRANT SELECT, DELETE, UPDATE (at) ON haven.idempotency_keys TO haven_upkeep;
GRANT USAGE, CREATE ON SCHEMA haven TO haven_upkeep;
ALTER FUNCTION haven.forget_answers OWNER TO haven_upkeep;
REVOKE CREATE ON SCHEMA haven FROM haven_upkeep`;
