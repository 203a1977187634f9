import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What the sequencer reads, it reads by keys that leave the planner no choice. Plans are made while tables are empty and kept
 * until they are analyzed; of two indexes that look alike then, one reads a row and the other all of them.
 */
export class EventKeys1764200000000 implements MigrationInterface {
  readonly name = 'EventKeys1764200000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(POSITIONS);
    await runner.query(`${DROP_FEED_COLLECTION}; CREATE INDEX feed_collection ON haven.feed (collection_id, seq)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `${DROP_FEED_COLLECTION}; CREATE INDEX feed_collection ON haven.feed (tenant_id, collection_id, seq)`,
    );
    await runner.query(`
DROP VIEW haven.event_positions;
CREATE VIEW haven.event_positions AS SELECT tenant_id, position FROM haven.events;
GRANT SELECT ON haven.event_positions TO haven_runtime;
${giveToReader}`);
  }
}

const giveToReader = `
GRANT CREATE ON SCHEMA haven TO haven_reader;
ALTER VIEW haven.event_positions OWNER TO haven_reader;
REVOKE CREATE ON SCHEMA haven FROM haven_reader`;

/** Which events there are, of all tenants: still nothing of what they say. */
const POSITIONS = `
GRANT SELECT (collection_id, record_id, version) ON haven.events TO haven_reader;
DROP VIEW haven.event_positions;
CREATE VIEW haven.event_positions AS SELECT position, tenant_id, collection_id, record_id, version FROM haven.events;
GRANT SELECT ON haven.event_positions TO haven_runtime;
${giveToReader}`;

/** A collection's number is its own in the whole database, so it says the tenant as well. */
const DROP_FEED_COLLECTION = 'DROP INDEX haven.feed_collection';
