import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';

import { HavenConfig } from '@haven/config';

import { Metrics } from './metrics/metrics.js';
import { CONTENT_TYPE, prometheusText } from './metrics/prometheus.js';

const PROBES = new Set(['/livez', '/readyz', '/startupz', '/health']);

/** Thrown if the server cannot listen on `metrics.host` and `metrics.port`; `cause` contains the reason. */
export class AdminListenError extends Error {
  override readonly name = 'AdminListenError';
}

/** Serves metrics and the probes at `metrics.port`, if it is set. It responds until everything else has stopped. */
@Injectable()
export class AdminServer implements OnApplicationBootstrap, OnApplicationShutdown {
  private server: Server | undefined;

  constructor(
    private readonly config: HavenConfig,
    private readonly metrics: Metrics,
    private readonly adapter: HttpAdapterHost,
  ) {}

  /** The port that the server listens on, even if `metrics.port` is 0; undefined if `metrics.port` is not set. */
  get port(): number | undefined {
    return (this.server?.address() as AddressInfo | null | undefined)?.port; // a listening TCP server has one
  }

  /** Starts to listen, if a port is set. */
  async onApplicationBootstrap(): Promise<void> {
    const { port, host } = this.config.metrics;
    if (port === undefined) return;
    await this.adapter.httpAdapter.getInstance<FastifyInstance>().ready(); // Fastify's routes handle the probes
    const { headersTimeout, idleTimeout } = this.config.connections;
    const server = createServer({ headersTimeout, keepAliveTimeout: idleTimeout }, (request, response) =>
      this.handle(request, response),
    );
    await new Promise<void>((resolve, reject) => {
      server
        .once('error', (cause) =>
          reject(new AdminListenError('The port for metrics (metrics.port) cannot be opened.', { cause })),
        )
        .listen({ host, port }, () => resolve());
    });
    this.server = server;
  }

  async onApplicationShutdown(): Promise<void> {
    const { server } = this;
    if (!server) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  private handle(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url?.split('?', 1)[0] ?? '/';
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (isRead && PROBES.has(path)) {
      this.adapter.httpAdapter.getInstance<FastifyInstance>().routing(request, response);
      return;
    }
    if (isRead && path === '/metrics' && this.config.metrics.enabled) {
      response.writeHead(200, { 'content-type': CONTENT_TYPE, 'cache-control': 'no-store' });
      response.end(prometheusText(this.metrics.read()));
      return;
    }
    response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('There is no resource at this URL.\n');
  }
}
