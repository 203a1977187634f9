import { createServer } from 'node:http';
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/** Requests that one path received. */
export interface Arrivals {
  count: number;
  /** Milliseconds from each change to its arrival. */
  latencies: number[];
}

/**
 * A receiver of webhooks in a separate process. It counts the requests and measures the time since each change. It
 * never responds on `/hangs`.
 */
export class Receiver {
  readonly origin: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.origin = `http://127.0.0.1:${port}`;
  }

  static async start(): Promise<Receiver> {
    const child = fork(import.meta.filename);
    const [{ port }] = (await once(child, 'message')) as [{ port: number }]; // sent at the end of this file
    return new Receiver(child, port);
  }

  /** Returns the requests since the previous call, by path. */
  async counts(): Promise<Record<string, Arrivals>> {
    this.#child.send('counts');
    const [counts] = (await once(this.#child, 'message')) as [Record<string, Arrivals>]; // sent at the end of this file
    return counts;
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill();
    await ended;
  }
}

/** Finds the time of the change in the body, which is not parsed otherwise. */
const AT = /"time":"([^"]*)"/;

if (process.argv[1] === import.meta.filename) {
  let counts: Record<string, Arrivals> = {};
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('latin1');
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      const mine = (counts[request.url ?? ''] ??= { count: 0, latencies: [] });
      mine.count++;
      mine.latencies.push(Date.now() - Date.parse(AT.exec(body)?.[1] ?? ''));
      if (request.url !== '/hangs') response.writeHead(204).end();
    });
    request.on('error', () => undefined);
  });
  process.on('message', () => {
    process.send?.(counts);
    counts = {};
  });
  server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
}
