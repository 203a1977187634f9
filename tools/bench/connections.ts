import { once } from 'node:events';
import { connect } from 'node:net';

/**
 * Keep-alive connections that know just enough HTTP to send a request and tell its answer's end: a client that shares the
 * machine with the server, and sends ten times what that can take, must be cheap.
 */
export class Connections {
  #free = [];
  #all = [];

  static async open(origin, count) {
    const connections = new Connections();
    const { hostname, port } = new URL(origin);
    while (connections.#all.length < count) await connections.#add(hostname, Number(port));
    return connections;
  }

  get free() {
    return this.#free.length;
  }

  /** Sends over a connection that is free; there must be one. Resolves with status and whether it says `Retry-After`; status 0 if the connection broke. */
  send(request) {
    const connection = this.#free.pop();
    connection.socket.write(request);
    return new Promise((resolve) => (connection.answered = resolve));
  }

  close() {
    for (const { socket } of this.#all) socket.destroy();
  }

  async #add(host, port) {
    const socket = connect({ host, port, noDelay: true });
    await once(socket, 'connect');
    const connection = { socket, text: '', answered: undefined };
    socket.on('data', (chunk) => this.#hear(connection, chunk));
    socket.on('error', () => undefined); // it closes, too
    socket.on('close', () => connection.answered?.({ status: 0 }));
    this.#all.push(connection);
    this.#free.push(connection);
  }

  #hear(connection, chunk) {
    connection.text += chunk.toString('latin1');
    const { text, answered } = connection;
    const head = text.indexOf('\r\n\r\n');
    if (head === -1) return;
    const length = /\r\ncontent-length: (\d+)/i.exec(text)?.[1];
    if (text.length < head + 4 + Number(length ?? 0)) return;
    connection.text = '';
    connection.answered = undefined;
    this.#free.push(connection);
    answered({ status: Number(text.slice(9, 12)), retryAfter: /\r\nretry-after: /i.test(text.slice(0, head)) });
  }
}

/** A request as it goes over the wire. */
export function bytesOf({ method, path, headers = {}, body = '' }) {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(
    `${method} ${path} HTTP/1.1\r\nhost: localhost\r\n${lines.join('')}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
