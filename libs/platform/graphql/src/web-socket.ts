import type { RawData, WebSocket } from 'ws';

/**
 * Maximum number of bytes that a client may leave unread. Above it, Haven does not read messages from the client,
 * because the responses would accumulate.
 */
const MAX_UNREAD_BYTES = 1024 * 1024;

/** Passes on each message, and responds to pings of clients that have read everything sent to them. */
export function onMessage(socket: WebSocket, handle: (data: RawData) => void): void {
  socket.on('message', (data) => {
    if (socket.bufferedAmount > MAX_UNREAD_BYTES) socket.pause();
    handle(data);
  });
  socket.on('ping', (data) => socket.bufferedAmount === 0 && socket.pong(data));
}

/** Sends a message. Resolves once the message has been sent, or immediately if the connection is closed. */
export function sendText(socket: WebSocket, text: string): Promise<void> {
  return new Promise((resolve) => {
    if (socket.readyState !== socket.OPEN) return resolve();
    socket.send(text, () => {
      if (socket.isPaused && socket.bufferedAmount <= MAX_UNREAD_BYTES) socket.resume();
      resolve();
    });
  });
}
