import { Injectable } from '@nestjs/common';

import { HavenConfig } from '@haven/config';
import { ADVISORY_LOCK_SEEDS, UnitOfWork } from '@haven/database';
import { HavenError } from '@haven/kernel';

import type { IdempotentRequest, StoredResponse } from './idempotent-request.js';

/** An answer under a key, and which request it answered. */
export interface KeyedResponse extends StoredResponse {
  path: string;
  fingerprint: string;
}

/** Status of an answer that is gone; no handler answers it by itself. */
export const ERASED = 410;

/** The answers to requests with a key; they are read and written in the transaction of the request's own writes. */
@Injectable()
export class IdempotencyStore {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly config: HavenConfig,
  ) {}

  /**
   * Holds the key until the open transaction ends, and answers what is kept under it. `IDEMPOTENCY_IN_FLIGHT` if another
   * transaction holds it. The look-up is a statement of its own: its snapshot must be younger than the lock.
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

  /** Erases the answers that show a thing of this id, in the open transaction; who asks for one again is told so. */
  async erase(id: string): Promise<void> {
    await this.uow.current().pipeline([
      {
        name: 'idempotency.erase',
        text: `UPDATE haven.idempotency_keys SET answer = NULL, status = ${ERASED}
               WHERE tenant_id = haven.current_tenant() AND position($1 IN answer) > 0`,
        values: [id],
      },
    ]);
  }

  /** Keeps the answer when the open transaction commits, in place of one that is too old to count. */
  save({ key, path }: IdempotentRequest, fingerprint: string, { status, text }: StoredResponse): void {
    this.uow.current().withCommit({
      name: 'idempotency.keep',
      text: `INSERT INTO haven.idempotency_keys (key, path, fingerprint, status, answer)
             VALUES ($1, $2, decode($3, 'hex'), $4, $5)
             ON CONFLICT (tenant_id, key, path) DO UPDATE
             SET fingerprint = excluded.fingerprint, status = excluded.status, answer = excluded.answer, at = excluded.at`,
      values: [key, path, fingerprint, status, text],
    });
  }
}
