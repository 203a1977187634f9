import { setTimeout as sleep } from 'node:timers/promises';

import { load } from './load.ts';
import type { RequestMaker } from './load.ts';
import { operations } from './operations.ts';
import type { OperationName } from './operations.ts';
import type { ServerProcess } from './server-process.ts';

/** Time for which the server has no requests before its memory is measured. */
const IDLE_MS = 15_000;

/** Numbers of requests after which the memory is printed. */
const MARKS = [10_000, 100_000, 300_000, 1_000_000, 3_000_000, 10_000_000];

/** Twenty requests as clients would send them: mostly reads, a quarter writes. */
const MIX: readonly OperationName[] = [
  ...Array.from({ length: 12 }, () => 'get' as const),
  ...(['list', 'list', 'list', 'create', 'create', 'create', 'patch', 'patch'] satisfies OperationName[]),
];

/**
 * Prints the resident memory of a server that has just been started, and again while it answers a number of requests of
 * all kinds, alternately by both APIs. PostgreSQL is a process of its own and not included.
 */
export async function memory(server: ServerProcess, requests: number): Promise<void> {
  await sleep(IDLE_MS);
  await print(server, 'after the start');
  const marks = [...MARKS.filter((mark) => mark < requests), requests];
  for (let sent = 0; sent < requests;) {
    sent += (await load(server.origin, mixed, { connections: 16, seconds: 5 })).requests;
    for (; marks[0] !== undefined && sent >= marks[0]; marks.shift()) await print(server, `after ${sent} requests`);
  }
  await sleep(IDLE_MS);
  await print(server, 'idle again');
}

const mixed: RequestMaker = (number) => {
  const operation = operations[MIX[number % MIX.length] ?? 'get'];
  const isGraphql = Math.floor(number / MIX.length) % 2 === 1;
  return isGraphql ? operation.graphql(number) : operation.rest(number);
};

async function print(server: ServerProcess, when: string): Promise<void> {
  const { rss } = await server.usage();
  console.log(`${(rss / 2 ** 20).toFixed(0).padStart(4)} MiB ${when}`);
}
