import type { WebSocket } from 'ws';

/** Time that a client has to respond to the close frame, in milliseconds. */
const LINGER_MS = 1_000;

/**
 * Maximum length of the reason in a close frame (RFC 6455 §5.5), less the space for replacing a truncated character.
 */
const REASON_BYTES = 120;

/** Closes a connection, and terminates it if the client does not respond in time. */
export function closeSocket(socket: WebSocket, code: number, reason: string): void {
  socket.close(code, Buffer.from(reason).subarray(0, REASON_BYTES).toString());
  setTimeout(() => socket.terminate(), LINGER_MS).unref();
}
