import { Injectable } from '@nestjs/common';

import { UnitOfWork } from '@haven/database';
import type { Caller } from '@haven/kernel';

import { CollectionStates } from '../domain/collection-states.js';

/** Maximum number of events, of all tenants, that are read to find out whether some of them belong to a collection. */
const MAX_WAITING = 100;

/** Maximum number of ranges of positions in which these events are looked for. */
const MAX_GAPS = 20;

/**
 * The mark of a collection changes when events of the collection enter the feed. The records of two snapshots are
 * therefore the same if the mark is, and if no event in either of them is still waiting. The state is not known while
 * an event is waiting: its position would not identify the event after a restore.
 */
@Injectable()
export class PgCollectionStates extends CollectionStates {
  constructor(private readonly uow: UnitOfWork) {
    super();
  }

  async current(caller: Caller, collectionIds: readonly number[]): Promise<string | undefined> {
    const statement = { name: 'collections.state', text: STATE, values: [collectionIds] };
    const [[state, isSettled] = []] = await this.uow.read(caller, statement);
    return isSettled === 't' ? (state ?? undefined) : undefined;
  }
}

/**
 * Selects the state of collections, and whether none of their events is waiting to enter the feed. Waiting events can
 * only be in the gaps between the positions that the sequencer has processed, so the cost does not depend on how many
 * of these there are.
 */
const STATE = `
WITH gaps AS MATERIALIZED (
  SELECT gap FROM haven.sequencer, unnest(int8multirange(int8range(watermark, NULL, '()')) - done) AS gap
  LIMIT ${MAX_GAPS + 1}
)
SELECT (
  SELECT string_agg(concat_ws('/', c.id, c.revision, s.mark), ' ' ORDER BY c.id)
  FROM haven.collections AS c
  LEFT JOIN haven.collection_sizes AS s ON s.tenant_id = haven.current_tenant() AND s.collection_id = c.id
  WHERE c.tenant_id = haven.current_tenant() AND c.id = ANY($1::integer[]) AND c.deleted_at IS NULL
  HAVING count(*) = cardinality($1::integer[])
), (
  SELECT count(*) <= ${MAX_WAITING} AND (SELECT count(*) FROM gaps) <= ${MAX_GAPS} AND NOT coalesce(bool_or(
    tenant_id = haven.current_tenant() AND collection_id = ANY($1::integer[])
  ), false)
  FROM (
    SELECT event.tenant_id, event.collection_id FROM gaps CROSS JOIN LATERAL (
      SELECT tenant_id, collection_id FROM haven.event_positions
      WHERE position >= lower(gap) AND position < coalesce(upper(gap), ${2n ** 63n - 1n})
      ORDER BY position LIMIT ${MAX_WAITING + 1}
    ) AS event LIMIT ${MAX_WAITING + 1}
  ) AS waiting
)`;
