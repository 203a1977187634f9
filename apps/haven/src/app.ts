import 'reflect-metadata';

import { RequestMethod, VersioningType } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

import type { HavenConfig } from '@haven/config';
import type { DatabaseAddress } from '@haven/database';
import { asksForSubscriptions, declareGraphql, serveIde } from '@haven/graphql';
import { configureHttp, nodeOptions, onClientError, onRoutingError, canonicalUrl } from '@haven/http';
import { Log, Telemetry } from '@haven/observability';

import { AppModule } from './app.module.js';
import { serveApiDocs } from './openapi/api-docs.js';
import { findConsole, serveConsole } from './pages/console.js';
import { LOGO } from './pages/logo.js';
import { project } from './project-root.js';

/** Routes of controllers that are not below `/api`: the probes. */
const OUTSIDE = ['livez', 'readyz', 'startupz', 'health'];

/**
 * A function that changes the root module before the application is created. Tests use one to replace the
 * authenticator.
 */
export type Compose = (module: ReturnType<typeof AppModule.forRoot>) => ReturnType<typeof AppModule.forRoot>;

/** Creates the application on a migrated database, ready to listen. Used by the server and by tests. */
export async function createApp(
  config: HavenConfig,
  address: DatabaseAddress,
  log = new Log(config),
  compose: Compose = (module) => module,
): Promise<NestFastifyApplication> {
  const browserConsole = config.console.enabled ? findConsole(project.console) : null;
  const telemetry = await Telemetry.start(config, log, project.version);
  const adapter = new FastifyAdapter({
    trustProxy: config.server.trustProxy.length > 0 ? [...config.server.trustProxy] : false,
    bodyLimit: config.limits.bodyBytes,
    forceCloseConnections: 'idle',
    return503OnClosing: false, // requests on open connections are still served; the response closes the connection
    keepAliveTimeout: config.connections.idleTimeout,
    http: { ...nodeOptions(config), shouldUpgradeCallback: asksForSubscriptions },
    rewriteUrl: canonicalUrl,
    frameworkErrors: onRoutingError,
    clientErrorHandler: onClientError(config),
    routerOptions: { maxParamLength: 1_000, ignoreTrailingSlash: true },
  });
  const fastify = adapter.getInstance();
  declareGraphql(fastify);
  configureHttp(fastify, config, { log, telemetry, compressedFiles: project.compressedFiles });
  if (config.graphql.ide) serveIde(fastify, config, LOGO);
  const module = compose(AppModule.forRoot(config, address, log, telemetry));
  const options = { logger: log, bodyParser: false, abortOnError: false };
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, options).catch(
    async (error: unknown) => {
      await telemetry.onApplicationShutdown();
      throw error;
    },
  );
  app.setGlobalPrefix('api', { exclude: OUTSIDE.map((path) => ({ path, method: RequestMethod.ALL })) });
  app.enableVersioning({ type: VersioningType.URI });
  serveApiDocs(app, config);
  if (browserConsole) serveConsole(fastify, browserConsole);
  try {
    await app.init(); // the lifecycle hooks start the background tasks
    await fastify.ready();
    return app;
  } catch (error) {
    await app.close().catch(() => undefined); // the first error is the one to report
    throw error;
  }
}
