import type { WebSocket } from 'ws';

import type { HavenConfig } from '../config/index.js';

/** A client that leaves so many bytes unread is not listened to until it has read them: what it asks for would pile up. */
const MOST_UNREAD = 1024 * 1024;

/** Hands on each message, which comes in one piece as nobody asked for anything else, and answers pings of clients that read. */
export function listen(socket: WebSocket, hear: (text: string) => void): void {
  socket.on('message', (data) => {
    if (socket.bufferedAmount > MOST_UNREAD) socket.pause();
    hear((data as Buffer).toString());
  });
  socket.on('ping', (data) => socket.bufferedAmount === 0 && socket.pong(data));
}

/** Resolves when the message has left. */
export function sent(socket: WebSocket, text: string): Promise<void> {
  return new Promise((resolve) => {
    if (socket.readyState !== socket.OPEN) return resolve();
    socket.send(text, () => {
      if (socket.isPaused && socket.bufferedAmount <= MOST_UNREAD) socket.resume();
      resolve();
    });
  });
}

/** Asks every client now and then whether it is there; one that does not answer is gone. */
export function keepAlive(socket: WebSocket, { heartbeat, stallTimeout }: HavenConfig['changes']): NodeJS.Timeout {
  let heard = Date.now();
  socket.on('pong', () => (heard = Date.now()));
  return setInterval(() => {
    if (Date.now() - heard > heartbeat + stallTimeout) socket.terminate();
    else socket.ping();
  }, heartbeat);
}

/** How long a client may take to read why the connection is closed. */
const LINGER_MS = 1_000;

export function closeSoon(socket: WebSocket, code: number, reason: string): void {
  socket.close(code, reason);
  setTimeout(() => socket.terminate(), LINGER_MS).unref();
}
