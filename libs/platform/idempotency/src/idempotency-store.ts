import { Injectable } from '@nestjs/common';

import { HavenConfig } from '@haven/config';
import { ADVISORY_LOCK_SEEDS, UnitOfWork } from '@haven/database';
import { HavenError } from '@haven/kernel';
import type { Caller } from '@haven/kernel';

import type { IdempotentRequest, StoredResponse } from './idempotent-request.js';
import type { NewResponse } from './new-responses.js';
import { ResponseQuota } from './response-quota.js';

/** A response that is stored under a key, and the fingerprint of its request. */
export interface KeyedResponse extends StoredResponse {
  path: string;
  fingerprint: string;
}

/** Status of a stored response that was erased; no handler returns this status. */
export const ERASED = 410;

/** Size of a fingerprint in bytes: SHA-256. */
const FINGERPRINT_BYTES = 32;

/**
 * Stores the responses to requests with an `Idempotency-Key`. It reads and writes them in the same transaction in which
 * the request makes its changes.
 */
@Injectable()
export class IdempotencyStore {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly quota: ResponseQuota,
    private readonly config: HavenConfig,
  ) {}

  /** Fails with `QUOTA_EXCEEDED` if the tenant has no space left for another response. */
  requireSpace(caller: Caller): void | Promise<void> {
    return this.quota.requireSpace(caller);
  }

  /**
   * Locks the key until the open transaction ends, and returns the responses that are stored under it. Throws
   * `IDEMPOTENCY_IN_FLIGHT` if another transaction holds the lock. The lookup is a separate statement, because its
   * snapshot must be taken after the lock.
   */
  async claim({ caller, key }: IdempotentRequest): Promise<KeyedResponse[]> {
    const [[lock] = [], rows = []] = await this.uow.current().pipeline([
      {
        name: 'idempotency.claim',
        text: `SELECT pg_try_advisory_xact_lock(hashtextextended($1, ${ADVISORY_LOCK_SEEDS.idempotencyKey}))`,
        values: [`${caller.tenantId}/${key}`],
      },
      {
        name: 'idempotency.find',
        text: `SELECT path, encode(fingerprint, 'hex'), status, answer FROM haven.idempotency_keys
               WHERE tenant_id = haven.current_tenant() AND key = $1 AND at > now() - make_interval(secs => $2)`,
        values: [key, this.config.idempotency.keepFor / 1_000],
      },
    ]);
    if (lock?.[0] !== 't') {
      throw new HavenError('IDEMPOTENCY_IN_FLIGHT', 'A request with this Idempotency-Key is still running.', {
        retryAfter: 1,
      });
    }
    return rows.map(([path, fingerprint, status, text = null]) => ({
      path: path ?? '',
      fingerprint: fingerprint ?? '',
      status: Number(status),
      text,
    }));
  }

  /**
   * Erases the stored responses that contain the given id, in the open transaction; repeated requests then get
   * `HISTORY_PRUNED`.
   */
  async erase(id: string): Promise<void> {
    await this.uow.current().pipeline([
      {
        name: 'idempotency.erase',
        text: `WITH found AS (
                 SELECT key, path, least(bytes, octet_length(answer)) AS freed FROM haven.idempotency_keys
                 WHERE tenant_id = haven.current_tenant() AND position($1 IN answer) > 0 FOR UPDATE
               ), erased AS (
                 UPDATE haven.idempotency_keys AS k SET answer = NULL, status = ${ERASED}, bytes = k.bytes - found.freed
                 FROM found WHERE k.tenant_id = haven.current_tenant() AND k.key = found.key AND k.path = found.path
                 RETURNING found.freed
               )
               SELECT haven.count_response_bytes(haven.current_tenant(), -coalesce(sum(freed), 0)::bigint) FROM erased`,
        values: [id],
      },
    ]);
  }

  /**
   * Stores the response when the open transaction commits, replaces an expired one, and counts the difference. The
   * replaced row is locked before it is overwritten, so that a concurrent cleanup does not subtract its bytes too.
   */
  save(request: IdempotentRequest, fingerprint: string, response: StoredResponse): void {
    const { key, path, status, text, bytes } = this.newResponse(request, fingerprint, response);
    this.uow.current().withCommit({
      name: 'idempotency.keep',
      text: `WITH replaced AS (
               SELECT bytes FROM haven.idempotency_keys
               WHERE tenant_id = haven.current_tenant() AND key = $1 AND path = $2 FOR UPDATE
             ), before AS (
               SELECT coalesce(sum(bytes), 0)::bigint AS bytes FROM replaced
             ), kept AS (
               INSERT INTO haven.idempotency_keys (key, path, fingerprint, status, answer, bytes)
               SELECT $1, $2, decode($3, 'hex'), $4::smallint, $5::text, $6::integer FROM before
               ON CONFLICT (tenant_id, key, path) DO UPDATE
               SET fingerprint = excluded.fingerprint, status = excluded.status, answer = excluded.answer,
                 bytes = excluded.bytes, at = excluded.at
               RETURNING bytes
             )
             SELECT haven.count_response_bytes(haven.current_tenant(), kept.bytes - before.bytes) FROM kept, before`,
      values: [key, path, fingerprint, status, text, bytes],
    });
    this.quota.stored(request.caller, bytes);
  }

  /** Returns a response as it is stored, with its size. */
  newResponse({ key, path }: IdempotentRequest, fingerprint: string, { status, text }: StoredResponse): NewResponse {
    const bytes = FINGERPRINT_BYTES + key.length + Buffer.byteLength(path) + Buffer.byteLength(text ?? '');
    return { key, path, fingerprint, status, text, bytes };
  }

  /** Counts a response that was stored together with a write. */
  stored({ caller }: IdempotentRequest, { bytes }: NewResponse): void {
    this.quota.stored(caller, bytes);
  }
}
