import { Inject, Injectable } from '@nestjs/common';
import type { OnModuleDestroy } from '@nestjs/common';

import { DATABASE_ADDRESS, HavenConfig, Log, OwnConnection, pause } from '@haven/platform';
import type { DatabaseAddress } from '@haven/platform';

/** A revoked key is refused everywhere within a second. */
const LOOK_MS = 500;

/**
 * Looks whether any process has changed who may come in, over a connection of its own, which no load keeps busy. The count
 * that it looks at can not be lost, as an announcement can.
 */
@Injectable()
export class AccessWatch implements OnModuleDestroy {
  private readonly stopping = new AbortController();
  private readonly connection: OwnConnection;
  private ended: Promise<void> | undefined;
  private seen: string | undefined;

  constructor(
    @Inject(DATABASE_ADDRESS) address: DatabaseAddress,
    config: HavenConfig,
    private readonly log: Log,
  ) {
    this.connection = new OwnConnection(address, config, 'haven-access');
  }

  /** From now on `refresh` is called when something has changed, and again until it succeeds. */
  async start(refresh: () => Promise<unknown>): Promise<void> {
    this.seen = await this.count();
    this.ended = this.watch(refresh);
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await this.ended;
    await this.connection.close();
  }

  private async watch(refresh: () => Promise<unknown>): Promise<void> {
    while (!this.stopping.signal.aborted) {
      await pause(LOOK_MS, this.stopping.signal);
      try {
        const count = await this.count();
        if (count === this.seen) continue;
        await refresh();
        this.seen = count;
      } catch (error) {
        if (!this.stopping.signal.aborted)
          this.log.warn(`Whose access has changed could not be read: ${String(error)}`, AccessWatch.name);
      }
    }
  }

  private async count(): Promise<string | undefined> {
    const { client } = await this.connection.open();
    const { rows } = await client.query<{ count: string }>('SELECT count FROM haven.access_changes');
    return rows[0]?.count;
  }
}
