import { Pool } from 'undici';

import { at, haven, killProcesses } from './process.js';
import { openTestDatabase } from './test-database.js';
import type { TestDatabase } from './test-database.js';

const NO_LIMITS = {
  HAVEN_RATE_LIMITS_PER_KEY: '0',
  HAVEN_RATE_LIMITS_PER_TENANT: '0',
  HAVEN_RATE_LIMITS_PER_ADDRESS: '0',
};
const CLIENTS = 8;

interface RaceResponse {
  readonly status: number;
  readonly body: any;
}

/** Eight clients of two processes without rate limits, on one database. */
export class RacingClients {
  private constructor(
    readonly database: TestDatabase,
    private readonly clients: readonly Pool[],
  ) {}

  static async start(): Promise<RacingClients> {
    const database = await openTestDatabase();
    const env = { ...at(database.address), ...NO_LIMITS };
    const origins = [await haven(['start'], env).origin]; // the first one migrates
    origins.push(await haven(['start'], env).origin);
    const open = (_: unknown, n: number) => new Pool(origins[n % 2] ?? '', { connections: 3 });
    return new RacingClients(database, Array.from({ length: CLIENTS }, open));
  }

  async stop(): Promise<void> {
    await Promise.all(this.clients.map((client) => client.close()));
    killProcesses();
    await this.database.drop();
  }

  /** Sends a request of one of the clients; `path` starts after `/api/v1`. */
  async send(
    client: number,
    method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: object,
  ): Promise<RaceResponse> {
    const headers = body && { 'content-type': 'application/json' };
    const pool = this.clients[client % CLIENTS];
    if (!pool) throw new Error('There is no such client.');
    const response = await pool.request({
      method,
      path: `/api/v1${path}`,
      headers,
      body: body && JSON.stringify(body),
    });
    const text = await response.body.text();
    return { status: response.statusCode, body: text === '' ? null : JSON.parse(text) };
  }

  /** Runs `work` a number of times; each client runs it at most once at a time. */
  async race(count: number, work: (client: number, n: number) => Promise<void>): Promise<void> {
    let next = 0;
    const run = async (_: Pool, client: number) => {
      while (next < count) await work(client, next++);
    };
    await Promise.all(this.clients.map(run));
  }
}
