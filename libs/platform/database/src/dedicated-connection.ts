import type pg from 'pg';

import type { HavenConfig } from '@haven/config';

import { HEARTBEAT_EXPECTED } from './connection.js';
import type { DatabaseAddress } from './connection.js';
import { connectSession, sessionConnection } from './session-connection.js';
import { WatchedClient } from './watched-client.js';

/**
 * An open connection. `over` is aborted when the connection ends. Anything bound to the connection, such as a lock, is
 * then lost.
 */
export interface Session {
  readonly client: pg.Client;
  readonly over: AbortSignal;
}

/**
 * A connection for a single purpose, so that other load does not delay it. It is opened when it is first needed, and
 * again after it was lost.
 */
export class DedicatedConnection {
  private session: Promise<Session> | undefined;

  /** `name` is the application_name; `options` are session settings in addition to those of every connection. */
  constructor(
    private readonly address: DatabaseAddress,
    private readonly config: HavenConfig,
    private readonly name: string,
    private readonly options = '',
  ) {}

  open(): Promise<Session> {
    if (this.session) return this.session;
    const discard = (): void => {
      if (this.session === session) this.session = undefined;
    };
    const session = this.connect(discard);
    session.catch(discard);
    return (this.session = session);
  }

  /** Closes the connection. The next call of `open` opens another one. */
  async close(): Promise<void> {
    const session = await this.session?.catch(() => undefined);
    await session?.client.end().catch(() => undefined);
  }

  private async connect(discard: () => void): Promise<Session> {
    const session = sessionConnection(this.address, this.config, `${HEARTBEAT_EXPECTED} ${this.options}`);
    const client: pg.Client = new WatchedClient({
      ...session,
      application_name: this.name,
      heartbeat: true,
    });
    const over = new AbortController();
    const lost = (): void => {
      discard();
      over.abort();
    };
    client.on('error', lost);
    client.once('end', lost);
    await connectSession(client, session.settings);
    return { client, over: over.signal };
  }
}
