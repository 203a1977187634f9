import type { WebSocket } from 'ws';

/** How long a client may take to read why the connection is closed. */
const LINGER_MS = 1_000;

/** What a close frame can hold of a reason (RFC 6455 §5.5), and a character that was cut in two. */
const REASON_BYTES = 120;

/** Closes a connection, soon even if the client takes no notice. */
export function closeSocket(socket: WebSocket, code: number, reason: string): void {
  socket.close(code, Buffer.from(reason).subarray(0, REASON_BYTES).toString());
  setTimeout(() => socket.terminate(), LINGER_MS).unref();
}
