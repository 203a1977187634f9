import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tenants and their API keys. */
export class Tenants1764210000000 implements MigrationInterface {
  readonly name = 'Tenants1764210000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [TENANTS, THOSE_THERE_ARE, API_KEYS, KNOWN_KEYS, ACCESS_CHANGES, RIGHTS, REMOVE_CONTENTS]) {
      await runner.query(statement);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
DROP FUNCTION haven.remove_contents(integer);
DROP VIEW haven.known_keys;
DROP TABLE haven.api_keys, haven.tenants, haven.access_changes;
DROP POLICY upkeep ON haven.feed_heads;
DROP POLICY upkeep ON haven.checkpoints;
REVOKE ALL ON haven.feed_heads, haven.checkpoints FROM haven_upkeep;
REVOKE DELETE ON haven.feed, haven.collections FROM haven_upkeep`);
  }
}

/** The list of tenants is the operators': it holds nothing of a tenant's own. */
const TENANTS = `
CREATE TABLE haven.tenants (
  id uuid PRIMARY KEY,
  name text COLLATE "C" NOT NULL,
  state text NOT NULL CHECK (state IN ('active', 'suspended', 'deleting')),
  revision integer NOT NULL,
  created_at timestamptz(3) NOT NULL,
  updated_at timestamptz(3) NOT NULL
);
CREATE UNIQUE INDEX tenants_name ON haven.tenants (name);
GRANT SELECT, INSERT, UPDATE, DELETE ON haven.tenants TO haven_runtime`;

const THOSE_THERE_ARE = `
INSERT INTO haven.tenants VALUES ('00000000-0000-7000-8000-000000000000', 'default', 'active', 1, now(), now());
ALTER TABLE haven.collections NO FORCE ROW LEVEL SECURITY;
INSERT INTO haven.tenants
  SELECT tenant_id, tenant_id::text, 'active', 1, min(created_at), min(created_at) FROM haven.collections GROUP BY tenant_id
  ON CONFLICT DO NOTHING;
ALTER TABLE haven.collections FORCE ROW LEVEL SECURITY`;

/** Of a secret only its hash is here; \`previous_hash\` is that of the secret before, good until \`previous_until\`. */
const API_KEYS = `
CREATE TABLE haven.api_keys (
  tenant_id uuid NOT NULL DEFAULT haven.current_tenant(),
  id text COLLATE "C" NOT NULL,
  name text NOT NULL,
  scopes text[] NOT NULL,
  collections text[],
  hash bytea NOT NULL,
  previous_hash bytea,
  previous_until timestamptz(3),
  created_at timestamptz(3) NOT NULL,
  expires_at timestamptz(3),
  last_used_at timestamptz(3),
  revoked_at timestamptz(3),
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX api_keys_id ON haven.api_keys (id);
CREATE INDEX api_keys_made ON haven.api_keys (tenant_id, created_at, id);
ALTER TABLE haven.api_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE haven.api_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON haven.api_keys TO haven_runtime
  USING (tenant_id = haven.current_tenant()) WITH CHECK (tenant_id = haven.current_tenant());
CREATE POLICY upkeep ON haven.api_keys TO haven_upkeep
  USING (tenant_id = haven.current_tenant()) WITH CHECK (tenant_id = haven.current_tenant());
CREATE POLICY reader ON haven.api_keys FOR SELECT TO haven_reader USING (true);
GRANT SELECT, INSERT, UPDATE ON haven.api_keys TO haven_runtime`;

/** Whose key it is, before a tenant is known: for whoever authenticates. */
const KNOWN_KEYS = `
GRANT SELECT ON haven.api_keys TO haven_reader;
CREATE VIEW haven.known_keys AS
  SELECT id, tenant_id, scopes, collections, hash, previous_hash, previous_until, expires_at
  FROM haven.api_keys WHERE revoked_at IS NULL;
GRANT SELECT ON haven.known_keys TO haven_runtime;
GRANT CREATE ON SCHEMA haven TO haven_reader;
ALTER VIEW haven.known_keys OWNER TO haven_reader;
REVOKE CREATE ON SCHEMA haven FROM haven_reader`;

/** One row: how often keys were revoked or rotated, and tenants changed. Every process looks at it twice a second. */
const ACCESS_CHANGES = `
CREATE TABLE haven.access_changes (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  count bigint NOT NULL DEFAULT 0
);
INSERT INTO haven.access_changes DEFAULT VALUES;
GRANT SELECT, UPDATE (count) ON haven.access_changes TO haven_runtime`;

const RIGHTS = `
GRANT SELECT (id, state) ON haven.tenants TO haven_upkeep;
GRANT SELECT, DELETE ON haven.api_keys, haven.feed_heads, haven.checkpoints TO haven_upkeep;
GRANT DELETE ON haven.feed, haven.collections TO haven_upkeep;
${['feed_heads', 'checkpoints']
  .map(
    (table) => `CREATE POLICY upkeep ON haven.${table} TO haven_upkeep
  USING (tenant_id = haven.current_tenant()) WITH CHECK (tenant_id = haven.current_tenant())`,
  )
  .join(';\n')}`;

/**
 * Deletes some of what the tenant that is set has, if it is to be deleted; answers whether there may be more. Its collections go last, for they say
 * what there is. A collection's own indexes are dropped by whoever builds them, once the collection is marked as deleted.
 */
const REMOVE_CONTENTS = `
CREATE FUNCTION haven.remove_contents(at_most integer) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  tenant uuid := haven.current_tenant();
  which text;
  removed integer;
BEGIN
  IF NOT EXISTS (SELECT FROM haven.tenants WHERE id = tenant AND state = 'deleting') THEN
    RETURN false;
  END IF;
  FOREACH which IN ARRAY ARRAY['records', 'events', 'feed', 'checkpoints', 'idempotency_keys', 'api_keys', 'feed_heads', 'collections'] LOOP
    EXECUTE format('DELETE FROM haven.%I WHERE tenant_id = $1 AND ctid = ANY(ARRAY(
      SELECT ctid FROM haven.%1$I WHERE tenant_id = $1 LIMIT $2))', which) USING tenant, at_most;
    GET DIAGNOSTICS removed = ROW_COUNT;
    IF removed > 0 THEN
      RETURN true;
    END IF;
  END LOOP;
  RETURN false;
END $$;
GRANT CREATE ON SCHEMA haven TO haven_upkeep;
ALTER FUNCTION haven.remove_contents(integer) OWNER TO haven_upkeep;
REVOKE CREATE ON SCHEMA haven FROM haven_upkeep;
REVOKE ALL ON FUNCTION haven.remove_contents(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION haven.remove_contents(integer) TO haven_runtime`;
