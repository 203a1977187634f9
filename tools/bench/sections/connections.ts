import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';

import type { LoadRequest } from '../load.ts';

/** Status 0 means that the connection broke. */
export interface RawResponse {
  status: number;
  retryAfter?: boolean;
}

interface Connection {
  socket: Socket;
  text: string;
  onResponse: ((response: RawResponse) => void) | undefined;
}

/**
 * Keep-alive connections that implement just enough HTTP to send a request and to find the end of its response. The
 * client must be cheap, because it shares the machine with the server and sends ten times what the server can process.
 */
export class Connections {
  readonly #free: Connection[] = [];
  readonly #all: Connection[] = [];

  /** Sends a first request on each connection, because Haven closes some of many connections without one. */
  static async open(origin: string, count: number): Promise<Connections> {
    const connections = new Connections();
    const { hostname, port } = new URL(origin);
    while (connections.#all.length < count) {
      await connections.#add(hostname, Number(port));
      await connections.send(FIRST_REQUEST);
    }
    return connections;
  }

  get free(): number {
    return this.#free.length;
  }

  /** Sends over a free connection; there must be one. Resolves with status 0 if the connection breaks. */
  send(request: Buffer): Promise<RawResponse> {
    const connection = this.#free.pop();
    if (!connection) throw new Error('No connection is free.');
    connection.socket.write(request);
    return new Promise((resolve) => (connection.onResponse = resolve));
  }

  close(): void {
    for (const { socket } of this.#all) socket.destroy();
  }

  async #add(host: string, port: number): Promise<void> {
    const socket = connect({ host, port, noDelay: true });
    await once(socket, 'connect');
    const connection: Connection = { socket, text: '', onResponse: undefined };
    socket.on('data', (chunk) => this.#receive(connection, chunk));
    socket.on('error', () => undefined); // `close` follows
    socket.on('close', () => connection.onResponse?.({ status: 0 }));
    this.#all.push(connection);
    this.#free.push(connection);
  }

  #receive(connection: Connection, chunk: Buffer): void {
    connection.text += chunk.toString('latin1');
    const { text, onResponse } = connection;
    const head = text.indexOf('\r\n\r\n');
    if (head === -1) return;
    const length = /\r\ncontent-length: (\d+)/i.exec(text)?.[1];
    if (text.length < head + 4 + Number(length ?? 0)) return;
    connection.text = '';
    connection.onResponse = undefined;
    this.#free.push(connection);
    onResponse?.({ status: Number(text.slice(9, 12)), retryAfter: /\r\nretry-after: /i.test(text.slice(0, head)) });
  }
}

const FIRST_REQUEST = bytesOf({ method: 'GET', path: '/livez' });

/** Returns the bytes of a request. */
export function bytesOf({ method, path, headers = {}, body = '' }: LoadRequest): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(
    `${method} ${path} HTTP/1.1\r\nhost: localhost\r\n${lines.join('')}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
