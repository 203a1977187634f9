import { Injectable } from '@nestjs/common';

import { toRfc3339, UnitOfWork } from '@haven/database';
import type { Statement, TextRow } from '@haven/database';
import type { Caller } from '@haven/kernel';

import { DeliveryLog } from '../domain/delivery-log.js';
import type { DueDelivery, DeliveryBatch, EndpointState, FeedRange, BatchResult } from '../domain/delivery-log.js';
import type { Webhook } from '../domain/webhook.js';
import { WebhooksRepository } from '../domain/webhooks.repository.js';

const OWN = 'tenant_id = haven.current_tenant() AND webhook_id = $1';
const CURRENT = `EXISTS (SELECT FROM haven.webhook_lanes WHERE ${OWN} AND epoch = $2)`;
const UNDELIVERED = "state IN ('retrying', 'held')";

/** Maximum number of attempts stored per delivery; the oldest one is dropped. */
const MAX_ATTEMPTS = 20;

/** The delivery log in PostgreSQL, for workers. */
@Injectable()
export class PgDeliveryLog extends DeliveryLog {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly webhooks: WebhooksRepository,
  ) {
    super();
  }

  claim(caller: Caller, webhookId: string): Promise<EndpointState | null> {
    return this.uow.run(caller, async () => {
      const webhook = await this.webhooks.find(webhookId);
      if (webhook?.state !== 'active') return null;
      const values = [webhookId];
      const [[progress] = [], logged = [], blocked = []] = await this.uow.pipeline(
        caller,
        { name: 'lane.claim', text: CLAIM, values },
        { name: 'lane.logged', text: LOGGED, values },
        webhook.order === 'perRecord'
          ? { name: 'lane.blocked', text: BLOCKED_RECORDS, values }
          : { name: 'lane.waiting', text: BLOCKED_CHANGES, values },
      );
      if (!progress) return null;
      const [epoch, position, after = null, until = null, failingSince, pausedUntil] = progress;
      return {
        webhook,
        epoch: String(epoch),
        position: Number(position),
        logged: logged.map(([seq]) => Number(seq)),
        blocked: blocked.map(([key]) => String(key)),
        replay: rangeOf(after, until),
        failingSince: toTimestamp(failingSince),
        pausedUntil: toTimestamp(pausedUntil),
      };
    });
  }

  async due(
    caller: Caller,
    { id, order }: Webhook,
    limit: number,
    except: readonly number[],
  ): Promise<{ due: DueDelivery[]; replay: FeedRange | null }> {
    const [rows = [], [[after = null, until = null] = []] = []] = await this.uow.pipeline(
      caller,
      { name: `lane.due.${order}`, text: order === 'perRecord' ? FIRST_DUE : ALL_DUE, values: [id, limit, except] },
      { name: 'lane.replay', text: REPLAY, values: [id] },
    );
    const due = rows.map(([seq, recordId, failures]) => ({
      seq: Number(seq),
      recordId: String(recordId),
      failures: Number(failures),
    }));
    return { due, replay: rangeOf(after, until) };
  }

  async append(caller: Caller, webhookId: string, epoch: string, batch: DeliveryBatch): Promise<BatchResult | null> {
    const { position, failingSince, pausedUntil, replayed, unblocked } = batch;
    const own = [webhookId, epoch];
    const progress = [...own, position, failingSince, pausedUntil, replayed?.from ?? null, replayed?.to ?? null];
    const rows = (name: string, text: string, items: readonly unknown[] | undefined): Statement[] =>
      items && items.length > 0 ? [{ name, text, values: [...own, JSON.stringify(items)] }] : [];
    const statements = [
      { name: 'lane.enter', text: ENTER, values: progress },
      ...rows('lane.fresh', CREATED, batch.created),
      ...rows('lane.retried', RETRIED, batch.retried),
      ...rows('lane.replayed', REPLAYED, replayed?.rows),
      ...(batch.hasRecovered ? [{ name: 'lane.recovered', text: RECOVERED, values: own }] : []),
      ...(unblocked.length > 0 ? [{ name: 'lane.released', text: RELEASED, values: [...own, unblocked] }] : []),
    ];
    const blockedRecords = { name: 'lane.left', text: LEFT, values: [webhookId, unblocked] };
    const results = await this.uow.pipeline(caller, ...statements, ...(unblocked.length > 0 ? [blockedRecords] : []));
    const [[updated] = []] = results;
    if (!updated) return null;
    const blocked = results[statements.length]?.map(([record]) => String(record)) ?? [];
    return { blocked: new Set(blocked), replay: rangeOf(updated[0] ?? null, updated[1] ?? null) };
  }
}

const CLAIM = `
UPDATE haven.webhook_lanes SET epoch = epoch + 1 WHERE ${OWN}
RETURNING epoch, position, replay_after, replay_until, failing_since, paused_until`;

const LOGGED = `
SELECT d.seq FROM haven.webhook_lanes AS l JOIN haven.webhook_deliveries AS d
  ON d.tenant_id = l.tenant_id AND d.webhook_id = l.webhook_id AND d.seq > l.position
WHERE l.tenant_id = haven.current_tenant() AND l.webhook_id = $1`;

const BLOCKED_RECORDS = `SELECT DISTINCT record_id FROM haven.webhook_deliveries WHERE ${OWN} AND ${UNDELIVERED}`;
const BLOCKED_CHANGES = `SELECT seq FROM haven.webhook_deliveries WHERE ${OWN} AND ${UNDELIVERED}`;

const DUE = `state = 'retrying' AND due_at <= now() AND seq <> ALL($3::bigint[])`;
const ALL_DUE = `
SELECT seq, record_id, failures FROM haven.webhook_deliveries WHERE ${OWN} AND ${DUE} ORDER BY due_at, seq LIMIT $2`;
const FIRST_DUE = `
SELECT seq, record_id, failures FROM haven.webhook_deliveries AS d
WHERE ${OWN} AND ${DUE} AND NOT EXISTS (
  SELECT FROM haven.webhook_deliveries AS earlier
  WHERE earlier.tenant_id = d.tenant_id AND earlier.webhook_id = d.webhook_id AND earlier.record_id = d.record_id
    AND earlier.seq < d.seq AND earlier.${UNDELIVERED}
) ORDER BY due_at, seq LIMIT $2`;

const REPLAY = `SELECT replay_after, replay_until FROM haven.webhook_lanes WHERE ${OWN}`;

/**
 * Stores the progress of a worker. Also moves the start of the replay range to `$7`, unless a new request has moved it
 * to an earlier position in the meantime, and removes the range once its end is reached.
 */
const ENTER = `
UPDATE haven.webhook_lanes SET position = $3, failing_since = $4, paused_until = $5,
  replay_after = CASE WHEN replay_after = $6 THEN CASE WHEN $7 < replay_until THEN $7 END ELSE replay_after END,
  replay_until = CASE WHEN replay_after = $6 AND $7 >= replay_until THEN NULL ELSE replay_until END
WHERE ${OWN} AND epoch = $2 RETURNING replay_after, replay_until`;

const ROWS = `seq, event_id, collection, record_id, version, type, state, attempts, failures, due_at`;
const inserting = (conflict: string): string => `
INSERT INTO haven.webhook_deliveries (webhook_id, ${ROWS})
SELECT $1::uuid, seq, "eventId", collection, "recordId", version, type, state, attempts, failures, "dueAt"
FROM jsonb_to_recordset($3) AS r (seq bigint, "eventId" uuid, collection text, "recordId" uuid, version integer, type text,
  state text, attempts jsonb, failures smallint, "dueAt" timestamptz)
WHERE ${CURRENT}
ON CONFLICT (tenant_id, webhook_id, seq) ${conflict}`;
const CREATED = inserting('DO NOTHING');
const REPLAYED = inserting(
  `DO UPDATE SET state = 'retrying', due_at = now(), failures = 0, updated_at = now()
   WHERE haven.webhook_deliveries.state IN ('delivered', 'dead')`,
);

const RETRIED = `
UPDATE haven.webhook_deliveries AS d SET state = r.state, failures = r.failures, due_at = r."dueAt", updated_at = now(),
  attempts = CASE WHEN jsonb_array_length(d.attempts) < ${MAX_ATTEMPTS} THEN d.attempts ELSE d.attempts - 0 END || r.attempt
FROM jsonb_to_recordset($3) AS r (seq bigint, state text, attempt jsonb, failures smallint, "dueAt" timestamptz)
WHERE d.tenant_id = haven.current_tenant() AND d.webhook_id = $1 AND d.seq = r.seq AND ${CURRENT}`;

const RECOVERED = `
UPDATE haven.webhook_deliveries SET due_at = now() WHERE ${OWN} AND state = 'retrying' AND due_at > now() AND ${CURRENT}`;

const RELEASED = `
UPDATE haven.webhook_deliveries SET state = 'retrying', due_at = now(), updated_at = now()
WHERE ${OWN} AND state = 'held' AND ${CURRENT} AND seq IN (
  SELECT min(seq) FROM haven.webhook_deliveries WHERE ${OWN} AND ${UNDELIVERED} AND record_id = ANY($3::uuid[])
  GROUP BY record_id
)`;

const LEFT = `
SELECT DISTINCT record_id FROM haven.webhook_deliveries WHERE ${OWN} AND ${UNDELIVERED} AND record_id = ANY($2::uuid[])`;

function rangeOf(after: string | null, until: string | null): FeedRange | null {
  return after === null || until === null ? null : { after: Number(after), until: Number(until) };
}

function toTimestamp(text: TextRow[number] | undefined): Date | null {
  return text == null ? null : new Date(toRfc3339(text));
}
