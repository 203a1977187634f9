import type { Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import type { NestFastifyApplication } from '@nestjs/platform-fastify';

import type { HavenConfig } from '@haven/config';
import { Lifecycle } from '@haven/health';
import { AdminListenError, Log } from '@haven/observability';
import { BootstrapKey } from '@haven/tenants';

import { createApp } from './app.js';
import { explainFailure, openMigrated } from './database.js';
import type { OpenDatabase } from './database.js';
import { requireRowSecurity } from './require-row-security.js';
import { explainListen } from './start-error.js';

/** How long what was cut off may take to notice. */
const CUT_OFF_MS = 2_000;

/** A Haven that listens: application and database, started together and stopped in order. */
export class Server {
  private constructor(
    private readonly app: NestFastifyApplication,
    private readonly database: OpenDatabase,
    private readonly config: HavenConfig,
    /** A key that was made for the first to come, to be shown once. */
    readonly firstKey: string | null,
  ) {}

  /** Opens and migrates the database and listens; when any of that fails, nothing is left running. */
  static async start(config: HavenConfig): Promise<Server> {
    return Server.on(await openMigrated(config), config);
  }

  /** Listens, on a database that is up to date and stops with the server. */
  static async on(database: OpenDatabase, config: HavenConfig): Promise<Server> {
    let app: NestFastifyApplication | undefined;
    try {
      const advice = await requireRowSecurity(database.address, config);
      app = await createApp(config, database.address);
      await listen(app, config.server);
      if (advice !== undefined) app.get(Log).warn(advice);
      // No lifecycle hook: a key that is made before Haven listens would be lost with a start that fails there.
      const firstKey = await app.get(BootstrapKey).createIfNeeded();
      return new Server(app, database, config, firstKey);
    } catch (error) {
      await app?.close().catch(() => undefined); // what failed first is the news
      await database.stop();
      throw explainFailure(explainAdmin(error, config.metrics), config);
    }
  }

  /** Where it answers; the port is the real one even if any was asked for. */
  get origin(): string {
    const { port } = this.app.getHttpServer().address() as AddressInfo; // a listening TCP server has one
    const { host } = this.config.server;
    if (host === '0.0.0.0' || host === '::') return `http://localhost:${port}`;
    return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  }

  /** The directory of the embedded database; absent when the database is the operator's own. */
  get dataDir(): string | undefined {
    return this.database.dataDir;
  }

  get log(): Log {
    return this.app.get(Log);
  }

  /** Lets readiness fail, serves on for `drainDelay`, closes within `shutdownTimeout`, then stops the database. */
  async stop(): Promise<void> {
    const { drainDelay, shutdownTimeout } = this.config.server;
    this.app.get(Lifecycle).startDraining();
    this.letGo();
    await sleep(drainDelay);
    try {
      await this.close(shutdownTimeout);
    } finally {
      await this.database.stop();
    }
  }

  /** Whoever keeps a connection is told with its next answer that it ends, and opens the next one where there is a future. */
  private letGo(): void {
    const server: HttpServer = this.app.getHttpServer();
    server.prependListener('request', (_request, response) => response.setHeader('connection', 'close'));
  }

  private async close(timeoutMs: number): Promise<void> {
    const closed = this.app.close().then(() => true);
    if (await Promise.race([closed, after(timeoutMs)])) return;
    this.log.warn(`Requests that still ran after ${timeoutMs} ms were cut off.`);
    this.app.getHttpServer().closeAllConnections();
    await Promise.race([closed, after(CUT_OFF_MS)]);
  }
}

function after(milliseconds: number): Promise<false> {
  return sleep(milliseconds, false, { ref: false });
}

async function listen(app: NestFastifyApplication, server: HavenConfig['server']): Promise<void> {
  try {
    // Fastify's own: Nest's logs the failure before it throws it, and one sentence is enough.
    await app.getHttpAdapter().getInstance().listen({ host: server.host, port: server.port });
  } catch (error) {
    throw explainListen(error, server);
  }
}

/** Why the application did not start, where its port for metrics was in the way. */
function explainAdmin(error: unknown, { host, port = 0 }: HavenConfig['metrics']): unknown {
  if (!(error instanceof AdminListenError)) return error;
  return explainListen(error.cause, { host, port }, { host: 'HAVEN_METRICS_HOST', port: 'HAVEN_METRICS_PORT' });
}
