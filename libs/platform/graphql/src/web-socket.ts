import type { RawData, WebSocket } from 'ws';

/** A client that leaves so many bytes unread is not listened to until it has read them: what it asks for would pile up. */
const MOST_UNREAD = 1024 * 1024;

/** Hands on each message, and answers pings of clients that read. */
export function onMessage(socket: WebSocket, hear: (data: RawData) => void): void {
  socket.on('message', (data) => {
    if (socket.bufferedAmount > MOST_UNREAD) socket.pause();
    hear(data);
  });
  socket.on('ping', (data) => socket.bufferedAmount === 0 && socket.pong(data));
}

/** Resolves when the message has left. */
export function sendText(socket: WebSocket, text: string): Promise<void> {
  return new Promise((resolve) => {
    if (socket.readyState !== socket.OPEN) return resolve();
    socket.send(text, () => {
      if (socket.isPaused && socket.bufferedAmount <= MOST_UNREAD) socket.resume();
      resolve();
    });
  });
}
