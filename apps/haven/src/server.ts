import type { Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import type { NestFastifyApplication } from '@nestjs/platform-fastify';

import type { HavenConfig } from '@haven/config';
import { DatabaseCheck } from '@haven/database';
import { Lifecycle } from '@haven/health';
import { AdminListenError, Log } from '@haven/observability';
import { BootstrapKey } from '@haven/tenants';

import { createApp } from './app.js';
import { explainFailure, openMigrated } from './database.js';
import type { OpenDatabase } from './database.js';
import { requireRowSecurity } from './require-row-security.js';
import { explainListen } from './start-error.js';

/** Maximum time for the application to close after its connections were closed. */
const ABORT_MS = 2_000;

/** A running server: the application and its database, started together and stopped in order. */
export class Server {
  private constructor(
    private readonly app: NestFastifyApplication,
    private readonly database: OpenDatabase,
    private readonly config: HavenConfig,
    /** The API key that was created because there was none, to be shown once. */
    readonly firstKey: string | null,
  ) {}

  /**
   * Opens and migrates the database and starts listening. Leaves nothing running if any of this fails. If `signal` is
   * aborted, migrations end.
   */
  static async start(config: HavenConfig, signal?: AbortSignal): Promise<Server> {
    return Server.on(await openMigrated(config, signal), config);
  }

  /** Starts a server on a migrated database, which is stopped together with the server. */
  static async on(database: OpenDatabase, config: HavenConfig): Promise<Server> {
    let app: NestFastifyApplication | undefined;
    try {
      const advice = await requireRowSecurity(database.address, config);
      app = await createApp(config, database.address);
      await listen(app, config.server);
      if (advice !== undefined) app.get(Log).warn(advice);
      // Not in a lifecycle hook: a key created before Haven listens would be lost if listening fails.
      const firstKey = await app.get(BootstrapKey).createIfNeeded();
      return new Server(app, database, config, firstKey);
    } catch (error) {
      await app?.close().catch(() => undefined); // the first error is the one to report
      await database.stop();
      throw explainFailure(explainAdmin(error, config.metrics), config);
    }
  }

  /** The URL of the server, with the actual port if the configured one is 0. */
  get origin(): string {
    const { port } = this.app.getHttpServer().address() as AddressInfo; // a listening TCP server has one
    const { host } = this.config.server;
    if (host === '0.0.0.0' || host === '::') return `http://localhost:${port}`;
    return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  }

  /** Data directory of the embedded database; absent if the operator provides the database. */
  get dataDir(): string | undefined {
    return this.database.dataDir;
  }

  get log(): Log {
    return this.app.get(Log);
  }

  /**
   * Makes the readiness probe fail but continues to serve for `drainDelay`, then closes the application within
   * `shutdownTimeout`, and finally stops the database. If the database does not respond, its connections are closed
   * first, because requests and background tasks would wait for it.
   */
  async stop(): Promise<void> {
    const { drainDelay, shutdownTimeout } = this.config.server;
    this.app.get(Lifecycle).startDraining();
    this.endKeepAlive();
    await sleep(drainDelay);
    await this.app.get(DatabaseCheck).abandonIfSilent();
    try {
      await this.close(shutdownTimeout);
    } finally {
      await this.database.stop();
    }
  }

  /** Adds `Connection: close` to all further responses, so that clients open their next connection elsewhere. */
  private endKeepAlive(): void {
    const server: HttpServer = this.app.getHttpServer();
    server.prependListener('request', (_request, response) => response.setHeader('connection', 'close'));
  }

  private async close(timeoutMs: number): Promise<void> {
    const closed = this.app.close().then(() => true);
    if (await Promise.race([closed, after(timeoutMs)])) return;
    this.log.warn(`Requests that were still running after ${timeoutMs} ms were aborted.`);
    this.app.getHttpServer().closeAllConnections();
    await Promise.race([closed, after(ABORT_MS)]);
  }
}

function after(milliseconds: number): Promise<false> {
  return sleep(milliseconds, false, { ref: false });
}

async function listen(app: NestFastifyApplication, server: HavenConfig['server']): Promise<void> {
  try {
    // Uses Fastify's `listen`, because Nest's `listen` logs a failure before throwing it, so the failure would be
    // reported twice.
    await app.getHttpAdapter().getInstance().listen({ host: server.host, port: server.port });
  } catch (error) {
    throw explainListen(error, server);
  }
}

/** Explains why the metrics port cannot be opened. Returns other errors unchanged. */
function explainAdmin(error: unknown, { host, port = 0 }: HavenConfig['metrics']): unknown {
  if (!(error instanceof AdminListenError)) return error;
  return explainListen(error.cause, { host, port }, { host: 'HAVEN_METRICS_HOST', port: 'HAVEN_METRICS_PORT' });
}
