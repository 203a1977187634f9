import pg from 'pg';

import type { HavenConfig } from '@haven/config';

import { runtimeConnection } from './connection.js';
import type { DatabaseAddress } from './connection.js';

/** A connection for as long as it lasts; what is held by it, such as a lock, is lost when `over` is aborted. */
export interface Session {
  readonly client: pg.Client;
  readonly over: AbortSignal;
}

/** A connection that one thing has to itself, so that no load keeps it busy: opened when it is needed, and anew after it was lost. */
export class DedicatedConnection {
  private session: Promise<Session> | undefined;

  /** PostgreSQL shows it under this name; `options` are settings of the session besides those of every connection. */
  constructor(
    private readonly address: DatabaseAddress,
    private readonly config: HavenConfig,
    private readonly name: string,
    private readonly options = '',
  ) {}

  open(): Promise<Session> {
    if (this.session) return this.session;
    const forget = (): void => {
      if (this.session === session) this.session = undefined;
    };
    const session = this.connect(forget);
    session.catch(forget);
    return (this.session = session);
  }

  /** The next who needs it opens another. */
  async close(): Promise<void> {
    const session = await this.session?.catch(() => undefined);
    await session?.client.end().catch(() => undefined);
  }

  private async connect(forget: () => void): Promise<Session> {
    const connection = runtimeConnection(this.address, this.config);
    const options = `${connection.options} ${this.options}`.trim();
    const client = new pg.Client({ ...connection, options, application_name: this.name });
    const over = new AbortController();
    const lost = (): void => {
      forget();
      over.abort();
    };
    client.on('error', lost);
    client.once('end', lost);
    await client.connect();
    return { client, over: over.signal };
  }
}
