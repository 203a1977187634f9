import type { WebSocket } from 'ws';

import type { HavenConfig } from '@haven/config';

/** Asks every client now and then whether it is there; one that does not answer is gone. */
export function keepAlive(socket: WebSocket, { heartbeat, stallTimeout }: HavenConfig['changes']): NodeJS.Timeout {
  let heard = Date.now();
  socket.on('pong', () => (heard = Date.now()));
  return setInterval(() => {
    if (Date.now() - heard > heartbeat + stallTimeout) socket.terminate();
    else socket.ping();
  }, heartbeat);
}
