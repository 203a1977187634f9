import { setTimeout as delay } from 'node:timers/promises';

import type { NestFastifyApplication } from '@nestjs/platform-fastify';

import { Lifecycle } from '@haven/health';
import { Log, migrate } from '@haven/platform';
import type { HavenConfig } from '@haven/platform';

import { createApp } from './app.js';
import { openDatabase } from './database.js';
import type { OpenDatabase } from './database.js';
import { migrations } from './migrations/index.js';
import { requireSupportedPostgres } from './supported-postgres.js';

/** Starts Haven whole: database, migrations, both doors; resolves when it listens. SIGINT and SIGTERM stop it. */
export async function run(config: HavenConfig): Promise<void> {
  const database = await openDatabase(config);
  try {
    await requireSupportedPostgres(database.address);
    if (config.database.migrateOnStart) await migrate(database.address, migrations);
    const app = await createApp(config, database.address);
    stopOnSignals(app, database, config);
    await app.listen(config.server.port, config.server.host);
    announce(app, config, database);
  } catch (error) {
    await database.stop();
    throw error;
  }
}

/** Readiness fails first, then running requests finish, then the database; a second signal stops at once. */
function stopOnSignals(app: NestFastifyApplication, database: OpenDatabase, config: HavenConfig): void {
  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) process.exit(1);
    stopping = true;
    app.get(Lifecycle).startDraining();
    await delay(config.server.drainDelay);
    await Promise.race([app.close(), delay(config.server.shutdownTimeout)]);
    await database.stop();
    process.exit(0);
  };
  process.on('SIGINT', () => void stop());
  process.on('SIGTERM', () => void stop());
}

function announce(app: NestFastifyApplication, config: HavenConfig, { place }: OpenDatabase): void {
  const { port } = app.getHttpServer().address() as { port: number }; // it listens on TCP
  const url = `http://${config.server.host.includes(':') ? `[${config.server.host}]` : config.server.host}:${port}`;
  app.get(Log).pino.info({ url, data: place }, 'Haven is ready');
  if (config.log.format === 'json') return;
  process.stdout.write(`
  Haven is ready.

    REST API      ${url}/api/v1
    GraphQL       ${url}/graphql      (open it in a browser for the IDE)
    Swagger UI    ${url}/docs
    OpenAPI       ${url}/openapi.json
    Probes        ${url}/livez  /readyz  /startupz  /health
    Data          ${place}

  Ctrl-C stops it.

`);
}
