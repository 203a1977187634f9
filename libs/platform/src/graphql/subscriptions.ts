import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

import { Inject, Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import type { FastifyRequest } from 'fastify';
import { getOperationAST, GraphQLError, OperationTypeNode, parse, specifiedRules, validate } from 'graphql';
import type { ExecutionArgs } from 'graphql';
import { CloseCode, handleProtocols, makeServer } from 'graphql-ws';
import type { Context, Server, SubscribePayload } from 'graphql-ws';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';

import { HavenError } from '@haven/kernel';
import type { Caller } from '@haven/kernel';

import { HavenConfig } from '../config/index.js';
import { Authenticator } from '../http/authenticator.js';
import type { GraphqlContext } from '../http/caller.decorator.js';
import { toHavenError } from '../http/to-haven-error.js';
import { answerSocket } from '../http/unreadable.js';
import { Log } from '../observability/log.js';
import { traceIdOf } from '../observability/request-log.js';
import { documentRules } from './document-limits.js';
import { errorFormatter } from './format-error.js';
import { closeSoon, keepAlive, listen, sent } from './web-socket.js';

const PATH = '/graphql';

/** What there is of each connection: the request that opened it, and itself. */
interface Opened {
  readonly request: IncomingMessage;
  readonly socket: WebSocket;
  readonly traceId: string;
  /** Known once the connection is initialized. */
  caller?: Caller;
}

type Connection = Context<Record<string, unknown> | undefined, Opened>;

/** Requests that ask for any other protocol are answered as if they had not asked (RFC 9110 §7.8); Node asks from 24.9 on. */
export function asksForSubscriptions({ url, headers }: IncomingMessage): boolean {
  return url?.split('?', 1)[0] === PATH && headers.upgrade?.toLowerCase() === 'websocket';
}

/**
 * Subscriptions at `/graphql` over WebSocket (graphql-transport-ws), with the limits, errors and callers that requests have.
 * Nest's own server has no limit on messages, and keeps sockets of other addresses open.
 */
@Injectable()
export class Subscriptions implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly sockets: WebSocketServer;
  private readonly format: ReturnType<typeof errorFormatter>;

  constructor(
    @Inject(HavenConfig) private readonly config: HavenConfig,
    private readonly log: Log,
    private readonly schema: GraphQLSchemaHost,
    private readonly adapter: HttpAdapterHost,
    private readonly authenticator: Authenticator,
  ) {
    this.format = errorFormatter(log);
    this.sockets = new WebSocketServer({
      noServer: true,
      maxPayload: config.limits.bodyBytes,
      clientTracking: true,
      autoPong: false,
      handleProtocols,
    });
  }

  onApplicationBootstrap(): void {
    const server = makeServer<Record<string, unknown>, Opened>({
      onConnect: (connection) => this.identify(connection),
      onSubscribe: (connection, _id, payload) => this.execution(connection, payload),
      onNext: (connection, _id, _payload, _args, result) => ({
        ...result,
        ...(result.errors && { errors: this.errorsOf(connection, result.errors) }),
      }),
      onError: (connection, _id, _payload, errors) => this.errorsOf(connection, errors),
    });
    this.sockets.on('connection', (socket, request) => this.open(server, socket, request));
    const http = this.adapter.httpAdapter.getHttpServer() as NodeJS.EventEmitter; // node's own
    http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => this.upgrade(request, socket, head));
  }

  /** Before the server waits for its connections to end. */
  onModuleDestroy(): void {
    for (const socket of this.sockets.clients) closeSoon(socket, 1001, 'Going away');
    this.sockets.close();
  }

  private upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    if (!asksForSubscriptions(request))
      return answerSocket(socket, new HavenError('NOT_FOUND', 'There is nothing at this address.'));
    if (this.isForeign(request)) return answerSocket(socket, FOREIGN);
    this.sockets.handleUpgrade(request, socket, head, (opened) => this.sockets.emit('connection', opened, request));
  }

  /** Browsers tell which page a script is from (RFC 6455 §10.2), and here hold back none by themselves as CORS does elsewhere. */
  private isForeign({ headers: { origin, host } }: IncomingMessage): boolean {
    const { origins } = this.config.cors;
    if (origin === undefined || origins.includes('*') || origins.includes(origin)) return false;
    return !URL.canParse(origin) || new URL(origin).host !== host;
  }

  private open(server: Server<Opened>, socket: WebSocket, request: IncomingMessage): void {
    const opened = { request, socket, traceId: traceIdOf(request) };
    const closed = server.opened(
      {
        protocol: socket.protocol,
        send: (text) => sent(socket, text),
        close: (code, reason) => socket.close(code, reason),
        onMessage: (hear) =>
          listen(socket, (text) => void hear(text).catch((error: unknown) => this.fail(opened, error))),
      },
      opened,
    );
    const pulse = keepAlive(socket, this.config.changes);
    socket.on('error', () => socket.terminate());
    socket.once('close', (code, reason) => {
      clearInterval(pulse);
      void closed(code, String(reason));
    });
  }

  /** Whoever is not let in, or not any longer, is told by the close code: 4401 or 4403. */
  private async identify({ connectionParams = {}, extra }: Connection): Promise<boolean> {
    const { request, socket, traceId } = extra;
    try {
      const headers = { ...headersIn(connectionParams), ...request.headers };
      extra.caller = await this.authenticator.authenticate({ headers, traceId });
    } catch (error) {
      refuse(socket, toHavenError(error));
      return false;
    }
    const closed = new AbortController();
    socket.once('close', () => closed.abort());
    const ended = extra.caller.ended?.(closed.signal);
    ended?.addEventListener('abort', () => refuse(socket, toHavenError(ended.reason)), { once: true });
    return true;
  }

  private fail({ socket, traceId }: Opened, error: unknown): void {
    this.log.failure(toHavenError(error), traceId);
    if (socket.readyState === socket.OPEN) socket.close(CloseCode.InternalServerError, 'Internal error');
  }

  private execution(connection: Connection, { query, operationName, variables }: SubscribePayload) {
    const { schema } = this.schema;
    try {
      const document = parse(query, { maxTokens: this.config.limits.graphqlTokens });
      const mistakes = validate(schema, document, [...specifiedRules, ...documentRules(this.config)]);
      if (mistakes.length > 0) return mistakes;
      if (getOperationAST(document, operationName)?.operation !== OperationTypeNode.SUBSCRIPTION)
        return [NO_SUBSCRIPTION];
      const contextValue = contextOf(connection);
      return { schema, document, operationName, variableValues: variables, contextValue } satisfies ExecutionArgs;
    } catch (error) {
      if (error instanceof GraphQLError) return [error];
      throw error;
    }
  }

  private errorsOf({ extra: { traceId } }: Connection, errors: readonly GraphQLError[]) {
    return errors.map((error) => {
      Object.assign(error.extensions, { traceId });
      return this.format(error.toJSON(), error);
    });
  }
}

const FOREIGN = new HavenError('FORBIDDEN', 'Pages of this origin may not open subscriptions (cors.origins).');

const NO_SUBSCRIPTION = new GraphQLError(
  'Over a WebSocket there are subscriptions; send queries and mutations over HTTP.',
);

/** Browsers can not set headers when they open a connection, so what they would say in one may stand in the connection's parameters. */
function headersIn(parameters: Record<string, unknown>): Record<string, string> {
  const texts = Object.entries(parameters).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return Object.fromEntries(texts.map(([name, value]) => [name.toLowerCase(), value]));
}

function contextOf({ extra: { caller, request, socket, traceId } }: Connection): GraphqlContext {
  return {
    request: { caller, headers: request.headers, traceId } as unknown as FastifyRequest, // what resolvers look at
    close: (code, reason) => closeSoon(socket, code, reason),
  };
}

function refuse(socket: WebSocket, { status, detail }: HavenError): void {
  if (status === 401) closeSoon(socket, CloseCode.Unauthorized, detail);
  else if (status === 403) closeSoon(socket, CloseCode.Forbidden, detail);
  else closeSoon(socket, TRY_AGAIN_LATER, detail);
}

/** RFC 6455 §7.4.1, as registered with IANA. */
const TRY_AGAIN_LATER = 1013;
