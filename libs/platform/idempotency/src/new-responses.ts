import { ADVISORY_LOCK_SEEDS, timeText } from '@haven/database';
import type { Statement } from '@haven/database';
import { timeMarker } from '@haven/kernel';
import type { Caller } from '@haven/kernel';

import type { StoredResponse } from './idempotent-request.js';

/** A response that is stored in the transaction of the write to which it responds, in one round trip with it. */
export interface NewResponse extends StoredResponse {
  readonly key: string;
  readonly path: string;
  readonly fingerprint: string;
  readonly bytes: number;
}

/** Texts in a new response that are replaced by the times of the written record, which the database sets. */
export const PENDING_TIMES = { createdAt: timeMarker(), updatedAt: timeMarker() } as const;

/**
 * Returns the statements that precede the writes. They let the transaction write nothing, by `haven.held`, unless the
 * keys can be locked and are new. The lookup is a separate statement, because its snapshot must be taken after the
 * lock.
 */
export function claimNewKeys({ tenantId }: Caller, responses: readonly NewResponse[]): Statement[] {
  return [
    { name: 'idempotency.lock', text: LOCK, values: [responses.map(({ key }) => `${tenantId}/${key}`)] },
    {
      name: 'idempotency.check',
      text: CHECK,
      values: [
        responses.map(({ key }) => key),
        responses.map(({ path }) => path),
        responses.map(({ fingerprint }) => fingerprint),
      ],
    },
  ];
}

/**
 * Returns the statement that follows the writes, and stores the responses to those that were made. `written` selects
 * `created_at` and `updated_at` of the record that was written for response number `n`, if it was; its parameters are
 * `values`, from `$9`.
 */
export function storeNewResponses(
  responses: readonly NewResponse[],
  written: { readonly text: string; readonly values: readonly unknown[] },
): Statement {
  return {
    name: 'idempotency.store',
    text: `WITH stored AS (
             INSERT INTO haven.idempotency_keys (key, path, fingerprint, status, answer, bytes)
             SELECT key, path, decode(fingerprint, 'hex'), status, replace(
               replace(answer, $7, ${timeText('created_at')}), $8, ${timeText('updated_at')}
             ), bytes
             FROM unnest($1::text[], $2::text[], $3::text[], $4::smallint[], $5::text[], $6::integer[])
               WITH ORDINALITY AS response (key, path, fingerprint, status, answer, bytes, n)
               CROSS JOIN LATERAL (${written.text}) AS written
             RETURNING bytes
           )
           SELECT haven.count_response_bytes(haven.current_tenant(), coalesce(sum(bytes), 0)::bigint) FROM stored`,
    values: [
      responses.map(({ key }) => key),
      responses.map(({ path }) => path),
      responses.map(({ fingerprint }) => fingerprint),
      responses.map(({ status }) => status),
      responses.map(({ text }) => text),
      responses.map(({ bytes }) => bytes),
      PENDING_TIMES.createdAt,
      PENDING_TIMES.updatedAt,
      ...written.values,
    ],
  };
}

/** Sets `haven.held` to false unless it is true and `condition` holds. */
const alsoIf = (condition: string) => `SELECT set_config(
  'haven.held', (current_setting('haven.held') = 'true' AND ${condition})::text, true
)`;

const LOCK = alsoIf(`(
  SELECT bool_and(pg_try_advisory_xact_lock(hashtextextended(name, ${ADVISORY_LOCK_SEEDS.idempotencyKey})))
  FROM unnest($1::text[]) AS name
)`);

/** The keys are looked up one by one: a join could read all keys of the tenant. */
const CHECK = alsoIf(`NOT EXISTS (
  SELECT FROM unnest($1::text[], $2::text[], $3::text[]) AS new (key, path, fingerprint) CROSS JOIN LATERAL (
    SELECT path, fingerprint FROM haven.idempotency_keys
    WHERE tenant_id = haven.current_tenant() AND key = new.key OFFSET 0
  ) AS known
  WHERE known.path = new.path OR known.fingerprint <> decode(new.fingerprint, 'hex')
)`);
