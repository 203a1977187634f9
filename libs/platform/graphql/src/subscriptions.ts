import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

import { Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import type { FastifyInstance } from 'fastify';
import type { GraphQLError } from 'graphql';
import { CloseCode, handleProtocols, makeServer, MessageType } from 'graphql-ws';
import type { Server } from 'graphql-ws';
import { WebSocketServer } from 'ws';
import type { RawData, WebSocket } from 'ws';

import { HavenConfig } from '@haven/config';
import { allowedOrigins, Authenticator, isForeignPage, originOf, problemWithHost, respondOnSocket } from '@haven/http';
import { HavenError, toHavenError } from '@haven/kernel';
import { Activity, Log, Metrics, traceIdOf } from '@haven/observability';
import { ClientAddresses, networkOf, Overload, RateLimiter } from '@haven/rate-limits';
import type { RequestBudget } from '@haven/rate-limits';

import { GraphqlMetrics } from './graphql-metrics.js';
import { closeSocket } from './close-socket.js';
import { errorFormatter } from './format-error.js';
import { GRAPHQL_PATH } from './graphql-route.js';
import { decodeMessage } from './decode-message.js';
import { keepAlive } from './keep-alive.js';
import { ConnectionRegistry } from './connection-registry.js';
import { OperationSchemas } from './operation-schemas.js';
import { startSubscription, SubscriptionRequests } from './subscription-requests.js';
import type { SubscriptionConnection, OpenConnection } from './subscription-requests.js';
import { TrustedDocuments } from './trusted-documents.js';
import { UnknownRootFields } from './unknown-root-fields.js';
import { onMessage, sendText } from './web-socket.js';

/** Close codes (RFC 6455 §7.4.1 and the IANA registry of close codes). */
const GOING_AWAY = 1001;
const MESSAGE_TOO_BIG = 1009;
const TRY_AGAIN_LATER = 1013;

/** Matches the path with a slash at its end, too, like the route for HTTP. */
const SOCKET_PATH = new RegExp(`^${GRAPHQL_PATH}/?$`);

/**
 * Whether a request wants to open a WebSocket for subscriptions. A request to upgrade to any other protocol is handled
 * as an ordinary request (RFC 9110 §7.8). Node calls this from version 24.9 on.
 */
export function asksForSubscriptions({ url, headers }: IncomingMessage): boolean {
  return SOCKET_PATH.test(url?.split('?', 1)[0] ?? '') && headers.upgrade?.toLowerCase() === 'websocket';
}

/**
 * Serves subscriptions at `/graphql` over WebSocket (graphql-transport-ws), with the same limits, errors and callers as
 * requests over HTTP. Nest's own server does not limit messages, and keeps sockets for other URLs open.
 */
@Injectable()
export class Subscriptions implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly sockets: WebSocketServer;
  private readonly open: ConnectionRegistry;
  private readonly format: ReturnType<typeof errorFormatter>;
  private readonly metrics: GraphqlMetrics;

  constructor(
    private readonly config: HavenConfig,
    private readonly log: Log,
    private readonly schema: GraphQLSchemaHost,
    private readonly adapter: HttpAdapterHost,
    private readonly trusted: TrustedDocuments,
    private readonly authenticator: Authenticator,
    private readonly rateLimiter: RateLimiter,
    private readonly addresses: ClientAddresses,
    private readonly overload: Overload,
    private readonly schemas: OperationSchemas,
    private readonly unknownFields: UnknownRootFields,
    metrics: Metrics,
    activity: Activity,
  ) {
    this.format = errorFormatter(log, config);
    this.metrics = new GraphqlMetrics(metrics, activity);
    this.open = new ConnectionRegistry(config.limits, (socket, error) =>
      closeSocket(socket, TRY_AGAIN_LATER, error.detail),
    );
    this.sockets = new WebSocketServer({
      noServer: true,
      maxPayload: config.limits.bodyBytes,
      clientTracking: true,
      handleProtocols,
    });
  }

  onApplicationBootstrap(): void {
    const requests = new SubscriptionRequests(
      this.schema.schema,
      this.config,
      this.trusted,
      this.overload,
      this.schemas,
      this.unknownFields,
    );
    const server = makeServer<Record<string, unknown>, OpenConnection>({
      onConnect: (connection) => this.identify(connection),
      onSubscribe: (connection, _id, payload) => requests.read(connection, payload),
      subscribe: startSubscription,
      onNext: (connection, _id, _payload, _args, result) => ({
        ...result,
        ...(result.errors && { errors: this.errorsOf(connection, result.errors) }),
      }),
      onComplete: ({ extra }) => this.metrics.subscriptionEnded(extra.caller?.tenantId),
      onError: (connection, _id, _payload, errors) => this.errorsOf(connection, errors),
    });
    const http = this.adapter.httpAdapter.getHttpServer() as NodeJS.EventEmitter; // a Node `http.Server`
    http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.on('error', () => socket.destroy());
      this.admit(request).then(
        (budget) =>
          this.sockets.handleUpgrade(request, socket, head, (opened) => this.serve(server, opened, request, budget)),
        (error: unknown) => respondOnSocket(socket, toHavenError(error), this.fastify.publicPaths.of(request)),
      );
    });
  }

  /** Closes all connections, before the HTTP server waits for them to end. */
  onModuleDestroy(): void {
    for (const socket of this.sockets.clients) closeSocket(socket, GOING_AWAY, 'Going away');
    this.sockets.close();
  }

  /** Decides whether a connection is opened, and charges its address for it. Throws the error to respond with. */
  private async admit(request: IncomingMessage): Promise<RequestBudget> {
    if (!asksForSubscriptions(request)) throw new HavenError('NOT_FOUND', 'There is no resource at this URL.');
    const refusal = problemWithHost(request) ?? this.foreignPage(request) ?? this.overload.refusal();
    if (refusal) throw refusal;
    this.open.checkAddress(this.networkOf(request));
    return this.rateLimiter.arrive(request);
  }

  /**
   * Returns the error if a script of a page from another origin opens the connection. Browsers send the origin (RFC
   * 6455 §10.2) but do not enforce CORS for WebSockets. The scheme is not compared, because a proxy may add TLS.
   */
  private foreignPage({ headers }: IncomingMessage): HavenError | undefined {
    const scheme = headers.origin?.startsWith('https:') ? 'https' : 'http';
    const own = originOf(`${scheme}://${headers.host}`);
    return isForeignPage(headers, own, allowedOrigins(this.config)) ? FOREIGN : undefined;
  }

  private get fastify(): FastifyInstance {
    return this.adapter.httpAdapter.getInstance();
  }

  private networkOf(request: IncomingMessage): string {
    return networkOf(this.addresses.of(request));
  }

  private serve(
    server: Server<OpenConnection>,
    socket: WebSocket,
    request: IncomingMessage,
    budget: RequestBudget,
  ): void {
    const connection: OpenConnection = { request, socket, traceId: traceIdOf(request), budget };
    socket.on('error', () => socket.terminate());
    try {
      this.open.add(socket, this.networkOf(request));
    } catch (error) {
      return this.closeWithError(connection, error);
    }
    const closed = server.opened(
      {
        protocol: socket.protocol,
        send: (text) => sendText(socket, text),
        close: (code, reason) => socket.close(code, reason),
        onMessage: (handle) =>
          onMessage(socket, (data) => {
            this.receive(connection, data, handle).catch((error: unknown) => this.fail(connection, error));
          }),
      },
      connection,
    );
    socket.on('ping', () => void this.charge(connection));
    const heartbeat = keepAlive(socket, this.config.changes);
    socket.once('close', (code, reason) => {
      clearInterval(heartbeat);
      this.open.remove(socket);
      void closed(code, String(reason));
    });
  }

  /** Authenticates a client. The close code says why it was rejected, or why its authorization ended later. */
  private async identify({ connectionParams = {}, extra }: SubscriptionConnection): Promise<boolean> {
    const { request, socket, traceId, budget } = extra;
    try {
      const headers = { ...headersIn(connectionParams), ...request.headers };
      const authenticate = () => this.authenticator.authenticate({ headers, traceId });
      extra.caller = await this.rateLimiter.connect(budget, authenticate);
      extra.caller.isStream = true;
      this.open.assignTenant(socket, extra.caller.tenantId);
    } catch (error) {
      this.closeWithError(extra, error);
      return false;
    }
    const closed = new AbortController();
    socket.once('close', () => closed.abort());
    const ended = extra.caller.abortSignal?.(closed.signal);
    ended?.addEventListener('abort', () => this.closeWithError(extra, ended.reason), { once: true });
    if (!ended?.aborted) return true;
    this.closeWithError(extra, ended.reason);
    return false;
  }

  private closeWithError({ socket, traceId }: OpenConnection, thrown: unknown): void {
    const error = toHavenError(thrown);
    if (error.status === 500) this.log.failure(error, { traceId });
    closeSocket(socket, closeCodeOf(error), error.detail);
  }

  private async receive(
    connection: OpenConnection,
    data: RawData,
    handle: (text: string) => Promise<void>,
  ): Promise<void> {
    const { socket, caller } = connection;
    const { jsonDepth: depth, jsonKeys: keys, jsonValues: values, headerBytes } = this.config.limits;
    this.open.begin(socket);
    if (!caller && (data as Buffer).length > headerBytes)
      return closeSocket(
        socket,
        MESSAGE_TOO_BIG,
        `Before authentication, a message is limited to ${headerBytes} bytes (limits.headerBytes).`,
      );
    const message = decodeMessage(data, { depth, keys, values });
    if (message instanceof HavenError) return closeSocket(socket, CloseCode.BadRequest, message.detail);
    if (CHARGED_ELSEWHERE.has(message.type) || (await this.charge(connection))) await handle(message.text);
  }

  /**
   * Charges a message as a read, to the address of the client and, once it is known, to the caller. Closes the
   * connection and returns false if a limit is exceeded.
   */
  private async charge(connection: OpenConnection): Promise<boolean> {
    try {
      await connection.budget.consume(this.config.rateLimits.readCost);
      return true;
    } catch (error) {
      this.closeWithError(connection, error);
      return false;
    }
  }

  private fail({ socket, traceId }: OpenConnection, error: unknown): void {
    this.log.failure(toHavenError(error), { traceId });
    if (socket.readyState === socket.OPEN) socket.close(CloseCode.InternalServerError, 'Internal error');
  }

  private errorsOf({ extra: { caller, traceId } }: SubscriptionConnection, errors: readonly GraphQLError[]) {
    const formatted = errors.map((error) => {
      Object.assign(error.extensions, { traceId });
      return this.format(error.toJSON(), error);
    });
    this.metrics.failed(formatted, caller?.tenantId);
    return formatted;
  }
}

/**
 * Messages that are charged where they are handled: `connection_init` with the connection, and `subscribe` so that a
 * refusal ends only the subscription.
 */
const CHARGED_ELSEWHERE: ReadonlySet<unknown> = new Set([MessageType.ConnectionInit, MessageType.Subscribe]);

const FOREIGN = new HavenError('FORBIDDEN', 'Pages of this origin may not open subscriptions (cors.origins).');

/** Reads headers from the connection's parameters, because browsers cannot set headers when they open a connection. */
function headersIn(parameters: Record<string, unknown>): Record<string, string> {
  const texts = Object.entries(parameters).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return Object.fromEntries(texts.map(([name, value]) => [name.toLowerCase(), value]));
}

/**
 * Returns the close code for an error. It shows the client whether to authenticate, to give up or to try again later.
 */
function closeCodeOf({ status }: HavenError): number {
  if (status === 401) return CloseCode.Unauthorized;
  if (status === 403) return CloseCode.Forbidden;
  return status === 503 || status === 429 ? TRY_AGAIN_LATER : CloseCode.InternalServerError;
}
