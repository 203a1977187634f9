import type { WebSocket } from 'ws';

/** Time that a client has to respond to the close frame, in milliseconds. */
const LINGER_MS = 1_000;

/**
 * Maximum length of the reason in bytes. A close frame has space for 123 bytes (RFC 6455 §5.5), but a truncated
 * character is replaced by U+FFFD, which may be longer.
 */
const REASON_BYTES = 120;

/** Closes a connection, and terminates it if the client does not respond in time. */
export function closeSocket(socket: WebSocket, code: number, reason: string): void {
  socket.close(code, Buffer.from(reason).subarray(0, REASON_BYTES).toString());
  setTimeout(() => socket.terminate(), LINGER_MS).unref();
}
