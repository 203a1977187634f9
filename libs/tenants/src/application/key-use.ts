import { Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';

import { Access } from '@haven/kernel';
import { Log, pause, UnitOfWork } from '@haven/platform';

import type { KnownKey } from '../domain/directory.js';

/** The time of use is kept to the minute, and written a little later: never on the way of a request. */
const RESOLUTION_MS = 60_000;
const WRITE_MS = 10_000;

/** Notes when keys are used. */
@Injectable()
export class KeyUse implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly used = new Map<KnownKey, number>();
  private readonly stopping = new AbortController();
  private ended: Promise<void> | undefined;

  constructor(
    private readonly uow: UnitOfWork,
    private readonly log: Log,
  ) {}

  note(key: KnownKey): void {
    const now = Date.now();
    if (now - key.usedAt < RESOLUTION_MS) return;
    key.usedAt = now;
    this.used.set(key, now);
  }

  onApplicationBootstrap(): void {
    this.ended = this.rounds();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await this.ended;
  }

  private async rounds(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      await pause(WRITE_MS, this.stopping.signal);
      await this.write().catch((error: unknown) =>
        this.log.warn(`When keys were used was not written: ${String(error)}`, KeyUse.name),
      );
    }
  }

  private async write(): Promise<void> {
    const all = Map.groupBy(this.used, ([{ tenantId }]) => tenantId);
    this.used.clear();
    for (const [tenantId, used] of all) {
      const values = [used.map(([{ id }]) => id), used.map(([, at]) => new Date(at))];
      await this.uow.write({ tenantId, ...ITSELF }, { name: 'keys.used', text: NOTE, values });
    }
  }
}

const ITSELF = { actor: 'haven', traceId: '', access: Access.full };
const NOTE = `
UPDATE haven.api_keys AS k SET last_used_at = greatest(k.last_used_at, used.at)
FROM unnest($1::text[], $2::timestamptz[]) AS used (id, at)
WHERE k.tenant_id = haven.current_tenant() AND k.id = used.id`;
