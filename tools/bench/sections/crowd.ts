import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

import { Pool } from 'undici';

import type { LoadRequest } from '../load.ts';

/** Number of responses by status. */
export type Statuses = Record<string, number>;

interface CrowdOptions {
  origin: string;
  request: LoadRequest;
  clients: number;
}

/** Delay between two requests of a client, in milliseconds. */
const PAUSE_MS = 10;

/** Clients that repeat a request, in a separate process so that they do not disturb the measurement. */
export class Crowd {
  readonly #child: ChildProcess;

  constructor(origin: string, request: LoadRequest, clients: number) {
    this.#child = fork(import.meta.filename, [JSON.stringify({ origin, request, clients })]);
  }

  /** Stops the clients. Resolves with the number of responses by status. */
  async stop(): Promise<Statuses> {
    this.#child.send('stop');
    const [statuses] = await once(this.#child, 'message');
    await once(this.#child, 'exit');
    return statuses as Statuses; // sent at the end of this file
  }
}

async function repeat(
  pool: Pool,
  request: LoadRequest,
  { signal }: AbortController,
  statuses: Statuses,
): Promise<void> {
  while (!signal.aborted) {
    const { statusCode, body } = await pool.request(request);
    await body.dump();
    statuses[statusCode] = (statuses[statusCode] ?? 0) + 1;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

if (process.argv[1] === import.meta.filename) {
  const { origin, request, clients } = JSON.parse(process.argv[2] ?? '') as CrowdOptions;
  const pool = new Pool(origin, { connections: clients, pipelining: 1 });
  const over = new AbortController();
  const statuses: Statuses = {};
  process.once('message', () => over.abort());
  await Promise.all(Array.from({ length: clients }, () => repeat(pool, request, over, statuses)));
  process.send?.(statuses, () => process.disconnect());
  await pool.close();
}
