import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server as NetServer, Socket } from 'node:net';

import { selfSigned } from './self-signed.js';

/** A request that a receiver got. */
export interface Received {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A webhook receiver over real HTTP. It stores the requests it gets, and responds with `handler`. */
export class Receiver {
  readonly received: Received[] = [];
  /** All connections that were opened, including closed ones. */
  readonly sockets: Socket[] = [];
  /** Handles a request after its body has been received. */
  handler: RequestListener = (_request, response) => void response.writeHead(200).end('ok');

  private constructor(
    private readonly server: NetServer,
    private readonly scheme: string,
  ) {
    server.on('connection', (socket: Socket) => this.sockets.push(socket));
  }

  static async start({ tls = false } = {}): Promise<Receiver> {
    const server: Server = tls ? createTlsServer(selfSigned) : createServer();
    server.keepAliveTimeout = 60_000;
    const receiver = await Receiver.over(server, tls ? 'https' : 'http');
    server.on('request', (request, response) => void receiver.take(request, response));
    return receiver;
  }

  /** Returns a receiver for the given server, which may be any TCP server. It starts listening here. */
  static async over(server: NetServer, scheme = 'http'): Promise<Receiver> {
    const receiver = new Receiver(server, scheme);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return receiver;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port; // the address of a TCP server is an AddressInfo
  }

  /** Returns the URL of this receiver, with the given host name. */
  url(host = '127.0.0.1'): string {
    return `${this.scheme}://${host}:${this.port}/hook?a=b`;
  }

  async stop(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private async take(request: IncomingMessage, response: ServerResponse & { req: IncomingMessage }): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const body = Buffer.concat(parts).toString();
    this.received.push({ method: request.method, url: request.url, headers: request.headers, body });
    this.handler(request, response);
  }
}
