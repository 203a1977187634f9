import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The order of events: what the change feed, time travel and the audit go by (ADR 16). */
export class EventOrder1764100000000 implements MigrationInterface {
  readonly name = 'EventOrder1764100000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [EVENTS, RECORDS, POSITIONS, FEED, FEED_HEADS, SEQUENCER, GRANTS]) {
      await runner.query(statement);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
DROP TABLE haven.feed, haven.feed_heads, haven.sequencer;
DROP VIEW haven.event_positions;
DROP POLICY reader ON haven.events;
REVOKE SELECT ON haven.events FROM haven_reader;
DROP INDEX haven.records_touched, haven.events_position;
ALTER TABLE haven.events DROP COLUMN created_at`);
  }
}

/**
 * Each event says when its record was made, so that it shows the record whole by itself: time travel reads one row a record,
 * and a history whose beginning was pruned still folds.
 */
const EVENTS = `
ALTER TABLE haven.events NO FORCE ROW LEVEL SECURITY;
ALTER TABLE haven.events ADD created_at timestamptz(3);
UPDATE haven.events AS e SET created_at = made.at
FROM (
  SELECT tenant_id, collection_id, record_id, version, max(at) FILTER (WHERE type = 'record.created')
    OVER (PARTITION BY tenant_id, collection_id, record_id ORDER BY version) AS at
  FROM haven.events
) AS made
WHERE (e.tenant_id, e.collection_id, e.record_id, e.version)
    = (made.tenant_id, made.collection_id, made.record_id, made.version);
ALTER TABLE haven.events ALTER created_at SET NOT NULL;
ALTER TABLE haven.events FORCE ROW LEVEL SECURITY;
CREATE INDEX events_position ON haven.events (position)`;

/** Tombstones too: what has changed since some moment is found by it, and lists in the order of change are. */
const RECORDS = `
CREATE INDEX records_touched ON haven.records (tenant_id, collection_id, updated_at, id)`;

/** Whose events there are, for the sequencer, which serves all tenants: nothing of what they say. */
const POSITIONS = `
CREATE POLICY reader ON haven.events FOR SELECT TO haven_reader USING (true);
GRANT SELECT (tenant_id, position) ON haven.events TO haven_reader;
CREATE VIEW haven.event_positions AS SELECT tenant_id, position FROM haven.events;
GRANT CREATE ON SCHEMA haven TO haven_reader;
ALTER VIEW haven.event_positions OWNER TO haven_reader;
REVOKE CREATE ON SCHEMA haven FROM haven_reader`;

/**
 * A tenant's events in the order in which they became visible, numbered without gaps, with the hashes that seal them. A
 * pruned event leaves its line, so that the seals of the others can still be checked.
 */
const FEED = `
CREATE TABLE haven.feed (
  tenant_id uuid NOT NULL DEFAULT haven.current_tenant(),
  seq bigint NOT NULL,
  collection_id integer NOT NULL,
  record_id uuid NOT NULL,
  version integer NOT NULL,
  salt bytea,
  digest bytea,
  hash bytea NOT NULL,
  PRIMARY KEY (tenant_id, seq)
);
CREATE UNIQUE INDEX feed_event ON haven.feed (tenant_id, collection_id, record_id, version);
CREATE INDEX feed_collection ON haven.feed (tenant_id, collection_id, seq)`;

const FEED_HEADS = `
CREATE TABLE haven.feed_heads (
  tenant_id uuid PRIMARY KEY DEFAULT haven.current_tenant(),
  seq bigint NOT NULL
)`;

/**
 * How far the sequencer is. Up to \`watermark\` every event that will ever be is in the feed; beyond it those at \`done\` are.
 * Positions up to \`mark_position\` were given out to transactions older than \`mark_xid\`.
 */
const SEQUENCER = `
CREATE TABLE haven.sequencer (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  watermark bigint NOT NULL DEFAULT 0,
  done int8multirange NOT NULL DEFAULT '{}',
  mark_position bigint,
  mark_xid xid8
);
INSERT INTO haven.sequencer DEFAULT VALUES`;

const GRANTS = `
GRANT SELECT ON haven.event_positions TO haven_runtime;
GRANT SELECT, UPDATE ON haven.sequencer TO haven_runtime;
GRANT SELECT, INSERT ON haven.feed TO haven_runtime;
GRANT SELECT, INSERT, UPDATE ON haven.feed_heads TO haven_runtime;
ALTER TABLE haven.feed ENABLE ROW LEVEL SECURITY;
ALTER TABLE haven.feed FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON haven.feed TO haven_runtime
  USING (tenant_id = haven.current_tenant()) WITH CHECK (tenant_id = haven.current_tenant());
ALTER TABLE haven.feed_heads ENABLE ROW LEVEL SECURITY;
ALTER TABLE haven.feed_heads FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON haven.feed_heads TO haven_runtime
  USING (tenant_id = haven.current_tenant()) WITH CHECK (tenant_id = haven.current_tenant())`;
