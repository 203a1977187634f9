import { setTimeout as sleep } from 'node:timers/promises';

import { aimText, atMost } from '../aims.ts';
import type { AimedFigure } from '../aims.ts';
import { NO_LIMITS } from '../bench.ts';
import { load } from '../load.ts';
import type { RequestMaker } from '../load.ts';
import { operations } from '../operations.ts';
import type { OperationName } from '../operations.ts';
import { fixed, measured, table } from '../pages/markdown.ts';
import type { Section } from '../section.ts';
import type { ServerProcess } from '../server-process.ts';

/** Number of requests of a round. */
const REQUESTS = 100_000;

/** Time for which the server has no requests before its memory is measured. */
const IDLE_MS = 10_000;

/** Twenty requests as clients would send them: mostly reads, a quarter writes. */
const MIX: readonly OperationName[] = [
  ...Array.from({ length: 12 }, () => 'get' as const),
  ...(['list', 'list', 'list', 'create', 'create', 'create', 'patch', 'patch'] as const),
];

/** The most resident memory that is meant to be used, in MB: after the start, and after a million requests. */
const AIMS = { started: atMost(150, 0), served: atMost(300, 0) };

/** Resident memory in MB. */
interface MemoryResult {
  started: number;
  /** After each round. */
  rounds: number[];
  idle: number;
}

/**
 * Measures the resident memory of a process that has just been started, and while it serves requests of all kinds,
 * alternately by both APIs. PostgreSQL has its own processes, which are not included.
 */
export const memory: Section<MemoryResult> = {
  plan: { rounds: 10, seconds: 0 },

  async measure(bench) {
    const filler = await bench.haven('filler');
    await bench.database.fill(filler.origin);
    await filler.stop();
    const server = await bench.haven('haven', NO_LIMITS);
    await sleep(IDLE_MS);
    const started = await residentMb(server);
    const rounds: number[] = [];
    for (let sent = 0, round = 1; round <= bench.plan.rounds; round++) {
      while (sent < round * REQUESTS) {
        sent += (await load(server.origin, mixed, { connections: 16, seconds: 5 })).requests;
      }
      rounds.push(await residentMb(server));
    }
    await sleep(IDLE_MS);
    return { started, rounds, idle: await residentMb(server) };
  },

  blocks(kept) {
    const rows = figuresOf(kept.result).map(({ name, value, aim }) => [name, fixed(value, 0), aimText(aim)]);
    return { memory: `${measured(kept)}\n\n${table(['', 'resident memory, MB', 'aim'], rows)}` };
  },

  aims: ({ result }) =>
    figuresOf(result).map(({ name, ...figure }) => ({ name: `resident memory ${name}, MB`, ...figure })),
};

function figuresOf({ started, rounds, idle }: MemoryResult): AimedFigure[] {
  return [
    { name: `${IDLE_MS / 1_000} s after the start`, value: started, aim: AIMS.started },
    ...rounds.map((value, index) => ({
      name: `after ${fixed((index + 1) * REQUESTS, 0)} requests`,
      value,
      aim: AIMS.served,
    })),
    { name: 'without requests again', value: idle, aim: AIMS.served },
  ];
}

const mixed: RequestMaker = (number) => {
  const operation = operations[MIX[number % MIX.length] ?? 'get'];
  const isGraphql = Math.floor(number / MIX.length) % 2 === 1;
  return isGraphql ? operation.graphql(number) : operation.rest(number);
};

async function residentMb(server: ServerProcess): Promise<number> {
  return (await server.usage()).rss / 1e6;
}
