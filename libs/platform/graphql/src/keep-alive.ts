import type { WebSocket } from 'ws';

import type { HavenConfig } from '@haven/config';

/** Sends a ping at every heartbeat, and terminates the connection if the client stops responding. */
export function keepAlive(socket: WebSocket, { heartbeat, stallTimeout }: HavenConfig['changes']): NodeJS.Timeout {
  let lastPong = Date.now();
  socket.on('pong', () => (lastPong = Date.now()));
  return setInterval(() => {
    if (Date.now() - lastPong > heartbeat + stallTimeout) socket.terminate();
    else socket.ping();
  }, heartbeat);
}
