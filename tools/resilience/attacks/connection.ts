import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';

import { Agent } from 'undici';

import { ATTACKER_ADDRESS } from './attack.ts';
import type { Target } from './attack.ts';

/** An agent of undici that connects from the attacker's address and does not limit the number of connections. */
export const agent = new Agent({ localAddress: ATTACKER_ADDRESS });

/** Number of responses by status, and of connections that ended without a response. */
const outcomes = new Map<string, number>();

export interface AttackRequest {
  method?: string;
  path: string;
  headers?: Record<string, string>;
  body?: string;
  signal?: AbortSignal;
}

/** Sends a request with the attacker's key and reads the response. */
export async function send(
  target: Target,
  { method = 'POST', path, headers, body, signal }: AttackRequest,
): Promise<void> {
  const sent = agent.request({
    origin: originOf(target),
    method: method as 'POST',
    path,
    headers: { authorization: `Bearer ${target.key}`, 'content-type': 'application/json', ...headers },
    body,
    signal,
  });
  const response = await sent.catch((error: unknown) => {
    if (!signal?.aborted) countOutcome('no response');
    throw error;
  });
  countOutcome(`${response.statusCode}`);
  await response.body.dump();
}

/** Returns the outcomes so far, such as `12 × 200, 3 × 429`. */
export function describeOutcomes(): string {
  return [...outcomes].map(([outcome, count]) => `${count} × ${outcome}`).join(', ') || 'none';
}

function countOutcome(outcome: string): void {
  outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
}

/** Reads what the server sends on a connection, and counts the status of the first response. */
export function readResponse(socket: Socket): Socket {
  socket.once('data', (chunk: Buffer) =>
    countOutcome(/^HTTP\/1.1 (\d+)/.exec(chunk.toString('latin1'))?.[1] ?? 'no HTTP'),
  );
  return socket.resume();
}

function originOf({ port }: Target): string {
  return `http://127.0.0.1:${port}`;
}

/** Opens a TCP connection. Errors are ignored, because the server may close it at any time. */
export async function open({ port }: Target): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port, localAddress: ATTACKER_ADDRESS });
  socket.on('error', () => undefined); // `close` follows
  await Promise.race([once(socket, 'connect'), once(socket, 'close')]).catch(() => undefined);
  return socket;
}

/** Returns the head of a request with the attacker's key. */
export function headOf(target: Target, line: string, headers: Record<string, string | number> = {}): string {
  const all = { host: `127.0.0.1:${target.port}`, authorization: `Bearer ${target.key}`, ...headers };
  const fields = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${line} HTTP/1.1\r\n${fields.join('')}\r\n`;
}

/** Resolves when the socket is closed, or when `signal` is aborted, which closes it. */
export async function held(socket: Socket, signal: AbortSignal): Promise<void> {
  const close = (): void => void socket.destroy();
  signal.addEventListener('abort', close);
  if (signal.aborted) close();
  if (!socket.closed) await once(socket, 'close').catch(() => undefined);
  signal.removeEventListener('abort', close);
}
