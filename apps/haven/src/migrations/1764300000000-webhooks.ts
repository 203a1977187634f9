import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Webhooks: where changes are sent to, how far each has come, and what became of each delivery. */
export class Webhooks1764300000000 implements MigrationInterface {
  readonly name = 'Webhooks1764300000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [
      WEBHOOKS,
      LANES,
      DELIVERIES,
      CHANGES,
      VIEWS,
      PRUNE,
      REMOVE,
      removeContents(WITH_WEBHOOKS),
    ]) {
      await runner.query(statement);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(removeContents(TABLES));
    await runner.query(`
DROP FUNCTION haven.remove_webhook(uuid, integer);
DROP FUNCTION haven.prune_deliveries(timestamptz, timestamptz, integer);
DROP VIEW haven.webhook_totals, haven.webhook_work, haven.known_webhooks;
DROP TABLE haven.webhook_deliveries, haven.webhook_lanes, haven.webhooks, haven.webhook_changes;
REVOKE SELECT ON haven.tenants FROM haven_reader`);
  }
}

/** \`secrets\` are whole, for each delivery is signed with them: \`[{"secret": "whsec_…", "until": null}]\`. */
const WEBHOOKS = `
CREATE TABLE haven.webhooks (
  tenant_id uuid NOT NULL DEFAULT haven.current_tenant(),
  id uuid NOT NULL,
  url text NOT NULL,
  description text NOT NULL,
  collections text[],
  types text[],
  filter jsonb,
  payload text NOT NULL CHECK (payload IN ('full', 'thin')),
  "order" text NOT NULL CHECK ("order" IN ('perRecord', 'none')),
  rate integer,
  headers jsonb NOT NULL,
  secrets jsonb NOT NULL,
  state text NOT NULL CHECK (state IN ('active', 'paused', 'disabled', 'deleted')),
  problem text,
  revision integer NOT NULL,
  created_at timestamptz(3) NOT NULL,
  updated_at timestamptz(3) NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
${secured('webhooks')}
GRANT SELECT, INSERT, UPDATE ON haven.webhooks TO haven_runtime`;

/**
 * How far each has come in its tenant's feed: everything at or before \`position\` is delivered, or stands in the log. Whoever works
 * on a lane raises its \`epoch\` first, and what is written for an older one is refused. \`replay\` is a part of the feed that is to
 * be sent again: what follows \`replay_after\`, through \`replay_until\`.
 */
const LANES = `
CREATE TABLE haven.webhook_lanes (
  tenant_id uuid NOT NULL DEFAULT haven.current_tenant(),
  webhook_id uuid NOT NULL,
  epoch bigint NOT NULL DEFAULT 0,
  position bigint NOT NULL,
  replay_after bigint,
  replay_until bigint,
  failing_since timestamptz(3),
  paused_until timestamptz(3),
  PRIMARY KEY (tenant_id, webhook_id)
);
${secured('webhook_lanes')}
GRANT SELECT, INSERT, UPDATE ON haven.webhook_lanes TO haven_runtime`;

/** A row for each change that was sent, or waits: \`held\` behind an earlier one of its record, \`retrying\` at \`due_at\`. */
const DELIVERIES = `
CREATE TABLE haven.webhook_deliveries (
  tenant_id uuid NOT NULL DEFAULT haven.current_tenant(),
  webhook_id uuid NOT NULL,
  seq bigint NOT NULL,
  event_id uuid NOT NULL,
  collection text NOT NULL,
  record_id uuid NOT NULL,
  version integer NOT NULL,
  type text NOT NULL,
  state text COLLATE "C" NOT NULL CHECK (state IN ('delivered', 'retrying', 'held', 'dead')),
  attempts jsonb NOT NULL,
  failures smallint NOT NULL,
  due_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, webhook_id, seq)
);
CREATE UNIQUE INDEX webhook_deliveries_event ON haven.webhook_deliveries (tenant_id, webhook_id, event_id);
CREATE INDEX webhook_deliveries_undelivered ON haven.webhook_deliveries (tenant_id, webhook_id, record_id, seq)
  WHERE state IN ('retrying', 'held');
CREATE INDEX webhook_deliveries_dead ON haven.webhook_deliveries (tenant_id, webhook_id, seq) WHERE state = 'dead';
CREATE INDEX webhook_deliveries_due ON haven.webhook_deliveries (tenant_id, webhook_id, due_at) WHERE state = 'retrying';
CREATE INDEX webhook_deliveries_age ON haven.webhook_deliveries (tenant_id, updated_at) WHERE state IN ('delivered', 'dead');
${secured('webhook_deliveries')}
GRANT SELECT, INSERT, UPDATE ON haven.webhook_deliveries TO haven_runtime`;

/** One row: how often webhooks were made, changed or deleted. Every process looks at it twice a second. */
const CHANGES = `
CREATE TABLE haven.webhook_changes (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  count bigint NOT NULL DEFAULT 0
);
INSERT INTO haven.webhook_changes DEFAULT VALUES;
GRANT SELECT, UPDATE (count) ON haven.webhook_changes TO haven_runtime`;

/** Which webhooks there are, which have something to do, and how all are doing together: names and numbers, of all tenants. */
const VIEWS = `
GRANT SELECT (tenant_id, seq) ON haven.feed_heads TO haven_reader;
GRANT SELECT (id, state) ON haven.tenants TO haven_reader;
CREATE VIEW haven.known_webhooks AS
  SELECT w.tenant_id, w.id, w.revision, w.state FROM haven.webhooks AS w
  JOIN haven.tenants AS t ON t.id = w.tenant_id AND t.state = 'active';
CREATE VIEW haven.webhook_work AS
  SELECT w.tenant_id, w.id FROM haven.webhooks AS w
  JOIN haven.tenants AS t ON t.id = w.tenant_id AND t.state = 'active'
  JOIN haven.webhook_lanes AS l ON l.tenant_id = w.tenant_id AND l.webhook_id = w.id
  LEFT JOIN haven.feed_heads AS h ON h.tenant_id = w.tenant_id
  WHERE w.state = 'active' AND (l.paused_until <= now()) IS NOT false AND (
    l.position < h.seq OR l.replay_until IS NOT NULL OR EXISTS (
      SELECT FROM haven.webhook_deliveries AS d
      WHERE d.tenant_id = w.tenant_id AND d.webhook_id = w.id AND d.state = 'retrying' AND d.due_at <= now()
    )
  );
CREATE VIEW haven.webhook_totals AS
  SELECT
    (SELECT count(*) FROM haven.webhooks WHERE state = 'active') AS active,
    (SELECT count(*) FROM haven.webhooks WHERE state = 'disabled') AS disabled,
    (SELECT count(*) FROM haven.webhook_deliveries WHERE state IN ('retrying', 'held')) AS pending,
    (SELECT count(*) FROM haven.webhook_deliveries WHERE state = 'dead') AS dead,
    (SELECT min(created_at) FROM haven.webhook_deliveries WHERE state IN ('retrying', 'held')) AS oldest,
    (SELECT max(h.seq - l.position) FROM haven.webhooks AS w
      JOIN haven.webhook_lanes AS l ON l.tenant_id = w.tenant_id AND l.webhook_id = w.id
      JOIN haven.feed_heads AS h ON h.tenant_id = w.tenant_id
      WHERE w.state = 'active') AS lag;
GRANT SELECT ON haven.known_webhooks, haven.webhook_work, haven.webhook_totals TO haven_runtime;
GRANT CREATE ON SCHEMA haven TO haven_reader;
ALTER VIEW haven.known_webhooks OWNER TO haven_reader;
ALTER VIEW haven.webhook_work OWNER TO haven_reader;
ALTER VIEW haven.webhook_totals OWNER TO haven_reader;
REVOKE CREATE ON SCHEMA haven FROM haven_reader`;

/** Forgets some deliveries of the tenant that is set; answers how many. */
const PRUNE = `
CREATE FUNCTION haven.prune_deliveries(delivered_before timestamptz, dead_before timestamptz, at_most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  removed integer;
BEGIN
  DELETE FROM haven.webhook_deliveries WHERE tenant_id = haven.current_tenant() AND ctid = ANY(ARRAY(
    SELECT ctid FROM haven.webhook_deliveries
    WHERE tenant_id = haven.current_tenant() AND updated_at < CASE state WHEN 'delivered' THEN delivered_before ELSE dead_before END
      AND state IN ('delivered', 'dead')
    LIMIT at_most));
  GET DIAGNOSTICS removed = ROW_COUNT;
  RETURN removed;
END $$;
${definer('haven.prune_deliveries(timestamptz, timestamptz, integer)')}`;

/** Deletes some of what a deleted webhook of the tenant that is set has left; answers whether there may be more. */
const REMOVE = `
CREATE FUNCTION haven.remove_webhook(of_webhook uuid, at_most integer) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  tenant uuid := haven.current_tenant();
  removed integer;
BEGIN
  IF NOT EXISTS (SELECT FROM haven.webhooks WHERE tenant_id = tenant AND id = of_webhook AND state = 'deleted') THEN
    RETURN false;
  END IF;
  DELETE FROM haven.webhook_deliveries WHERE tenant_id = tenant AND webhook_id = of_webhook AND ctid = ANY(ARRAY(
    SELECT ctid FROM haven.webhook_deliveries WHERE tenant_id = tenant AND webhook_id = of_webhook LIMIT at_most));
  GET DIAGNOSTICS removed = ROW_COUNT;
  IF removed > 0 THEN
    RETURN true;
  END IF;
  DELETE FROM haven.webhook_lanes WHERE tenant_id = tenant AND webhook_id = of_webhook;
  DELETE FROM haven.webhooks WHERE tenant_id = tenant AND id = of_webhook;
  RETURN false;
END $$;
${definer('haven.remove_webhook(uuid, integer)')}`;

const TABLES = [
  'records',
  'events',
  'feed',
  'checkpoints',
  'idempotency_keys',
  'api_keys',
  'feed_heads',
  'collections',
];
const WITH_WEBHOOKS = ['webhook_deliveries', 'webhook_lanes', 'webhooks', ...TABLES];

/** As the migration of tenants has it, with these tables. */
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

/** Row security for whoever serves, for upkeep, and for the views. */
function secured(table: string): string {
  const own = 'tenant_id = haven.current_tenant()';
  return `
ALTER TABLE haven.${table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE haven.${table} FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON haven.${table} TO haven_runtime USING (${own}) WITH CHECK (${own});
CREATE POLICY upkeep ON haven.${table} TO haven_upkeep USING (${own}) WITH CHECK (${own});
CREATE POLICY reader ON haven.${table} FOR SELECT TO haven_reader USING (true);
GRANT SELECT, DELETE ON haven.${table} TO haven_upkeep;
GRANT SELECT ON haven.${table} TO haven_reader;`;
}

function definer(signature: string): string {
  return `
GRANT CREATE ON SCHEMA haven TO haven_upkeep;
ALTER FUNCTION ${signature} OWNER TO haven_upkeep;
REVOKE CREATE ON SCHEMA haven FROM haven_upkeep;
REVOKE ALL ON FUNCTION ${signature} FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ${signature} TO haven_runtime`;
}
