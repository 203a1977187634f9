import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

import { Pool } from 'undici';

import type { LoadRequest } from './load.ts';

/** The number of answers by status. */
export type Statuses = Record<string, number>;

interface CrowdOrder {
  origin: string;
  request: LoadRequest;
  clients: number;
}

/** How long a client of the crowd rests between two requests, whatever the answer was. */
const PAUSE_MS = 10;

/** Clients that ask for the same again and again, in a process of their own, so that they do not disturb who measures. */
export class Crowd {
  readonly #child: ChildProcess;

  constructor(origin: string, request: LoadRequest, clients: number) {
    this.#child = fork(import.meta.filename, [JSON.stringify({ origin, request, clients })]);
  }

  /** Resolves to the number of answers by their status. */
  async stop(): Promise<Statuses> {
    this.#child.send('stop');
    const [statuses] = await once(this.#child, 'message');
    await once(this.#child, 'exit');
    return statuses as Statuses; // sent below
  }
}

async function ask(pool: Pool, request: LoadRequest, { signal }: AbortController, statuses: Statuses): Promise<void> {
  while (!signal.aborted) {
    const { statusCode, body } = await pool.request(request);
    await body.dump();
    statuses[statusCode] = (statuses[statusCode] ?? 0) + 1;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

if (process.argv[1] === import.meta.filename) {
  const { origin, request, clients } = JSON.parse(process.argv[2] ?? '') as CrowdOrder;
  const pool = new Pool(origin, { connections: clients, pipelining: 1 });
  const over = new AbortController();
  const statuses: Statuses = {};
  process.once('message', () => over.abort());
  await Promise.all(Array.from({ length: clients }, () => ask(pool, request, over, statuses)));
  process.send?.(statuses, () => process.disconnect());
  await pool.close();
}
