import { Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';

import { BackgroundTasks, UnitOfWork } from '@haven/database';
import type { BackgroundTask } from '@haven/database';
import { Access } from '@haven/kernel';

import type { CachedKey } from '../domain/credential-cache.js';

/**
 * The time of a key's last use is recorded only to the minute, to save writes. It is written in the background, so that
 * no request waits for that.
 */
const RESOLUTION_MS = 60_000;
const WRITE_MS = 10_000;

/** Records when API keys were last used. */
@Injectable()
export class LastUsedTracker implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly used = new Map<CachedKey, number>();
  private readonly task: BackgroundTask;

  constructor(
    private readonly uow: UnitOfWork,
    tasks: BackgroundTasks,
  ) {
    this.task = tasks.create({
      name: 'key-use',
      failure: 'The last-used times of API keys were not written',
      interval: WRITE_MS,
      run: () => this.write(),
    });
  }

  record(key: CachedKey): void {
    const now = Date.now();
    if (now - key.usedAt < RESOLUTION_MS) return;
    key.usedAt = now;
    this.used.set(key, now);
  }

  onApplicationBootstrap(): void {
    this.task.start(WRITE_MS);
  }

  onModuleDestroy(): Promise<void> {
    return this.task.stop();
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
