import { Inject, Injectable } from '@nestjs/common';
import type { OnModuleDestroy } from '@nestjs/common';

import { HavenConfig } from '@haven/config';
import { BackgroundTasks, DATABASE_ADDRESS, DedicatedConnection } from '@haven/database';
import type { BackgroundTask, DatabaseAddress } from '@haven/database';

/** Delay between polls, in milliseconds. Every process must reject a revoked key within a second. */
const POLL_MS = 500;

/**
 * Polls the counter of credential changes, so that changes by other processes are noticed. Unlike a notification, an
 * increment of the counter cannot be lost. Uses a connection of its own, so that it need not wait for requests to
 * release one.
 */
@Injectable()
export class CredentialInvalidationPoller implements OnModuleDestroy {
  private readonly task: BackgroundTask;
  private readonly connection: DedicatedConnection;
  private refresh: () => Promise<unknown> = async () => undefined;
  private seen: string | undefined;

  constructor(@Inject(DATABASE_ADDRESS) address: DatabaseAddress, config: HavenConfig, tasks: BackgroundTasks) {
    this.connection = new DedicatedConnection(address, config, 'haven-access');
    this.task = tasks.create({
      name: 'access-watch',
      failure: 'The counter of credential changes could not be read',
      interval: POLL_MS,
      run: () => this.poll(),
    });
  }

  /** Starts to call `refresh` after each change. If `refresh` fails, it is called again until it succeeds. */
  async start(refresh: () => Promise<unknown>): Promise<void> {
    this.refresh = refresh;
    this.seen = await this.count();
    this.task.start(POLL_MS);
  }

  async onModuleDestroy(): Promise<void> {
    await this.task.stop();
    await this.connection.close();
  }

  private async poll(): Promise<void> {
    const count = await this.count();
    if (count === this.seen) return;
    await this.refresh();
    this.seen = count;
  }

  private async count(): Promise<string | undefined> {
    const { client } = await this.connection.open();
    const { rows } = await client.query<{ count: string }>('SELECT count FROM haven.access_changes');
    return rows[0]?.count;
  }
}
