import { execFileSync } from 'node:child_process';

import { aimText, atMost } from '../aims.ts';
import { NO_LIMITS } from '../bench.ts';
import { cpuOf } from '../cpu.ts';
import { load } from '../load.ts';
import type { LoadResult } from '../load.ts';
import { summary } from '../measure.ts';
import type { Summary } from '../measure.ts';
import { operations } from '../operations.ts';
import type { OperationName } from '../operations.ts';
import { fixed, measured, spread, table } from '../pages/markdown.ts';
import type { Section } from '../section.ts';
import type { ServerProcess } from '../server-process.ts';

/** Connections for each process, because a process that serves more requests at a time needs less CPU for each. */
const CONNECTIONS = 16;

/** Maximum ratio of the CPU of two workers to that of one process. */
const AIM = atMost(1.1, 2);

const IDLE_S = 5;
const WARM_UP_S = 12;

/** CPU in milliseconds: per request, and of the parent per second. */
interface WorkersResult {
  rows: { row: string; one: Summary; two: Summary; ratio: Summary }[];
  /** CPU without requests in milliseconds per second, of all processes. */
  idle: { one: number; two: number };
  parent: Summary;
}

/**
 * Compares the CPU that a request costs one process with what it costs two workers, each at the same load. Throughput
 * would not show it: the client and PostgreSQL need the same cores.
 */
export const workers: Section<WorkersResult> = {
  plan: { rounds: 7, seconds: 2 },

  async measure(bench) {
    await bench.haven('leader', NO_LIMITS); // does the background work of all writes, which is not compared here
    const one = await bench.haven('one', NO_LIMITS);
    await bench.database.fill(one.origin);
    const two = await bench.haven('two', [...NO_LIMITS, 'server.workers=2']);
    const sides = { one, two };
    const send = (side: ServerProcess, operation: OperationName, seconds: number): Promise<LoadResult> =>
      load(side.origin, operations[operation].rest, { connections: CONNECTIONS * (side === two ? 2 : 1), seconds });
    const warmUp = (operation: OperationName) =>
      Promise.all(Object.values(sides).map((side) => send(side, operation, WARM_UP_S)));
    await warmUp('create'); // a process that has just started works for some time without requests
    const idle = { one: await idleCpu(one), two: await idleCpu(two) };
    const parents: number[] = [];
    const rows: WorkersResult['rows'] = [];
    for (const operation of ['get', 'create'] as const) {
      await warmUp(operation);
      const costs = { one: [] as number[], two: [] as number[] };
      for (let round = 0; round < bench.plan.rounds; round++) {
        for (const name of round % 2 === 0 ? (['one', 'two'] as const) : (['two', 'one'] as const)) {
          const [before, parentBefore] = [familyCpu(sides[name].pid), cpuOf(sides[name].pid)];
          const { requests, seconds } = await send(sides[name], operation, bench.plan.seconds);
          const used = (familyCpu(sides[name].pid) - before) / 1_000;
          costs[name].push((used - idle[name] * seconds) / requests);
          if (name === 'two') parents.push((cpuOf(two.pid) - parentBefore) / 1_000 / seconds);
        }
      }
      const ratios = costs.two.map((cost, round) => cost / (costs.one[round] ?? NaN));
      rows.push({ row: operation, one: summary(costs.one), two: summary(costs.two), ratio: summary(ratios) });
    }
    return { rows, idle, parent: summary(parents) };
  },

  blocks(kept) {
    const { rows, idle, parent } = kept.result;
    const cells = rows.map(({ row, one, two, ratio }) => [
      row,
      ...[fixed(one, 3), fixed(two, 3), spread(ratio, 2), aimText(AIM)],
    ]);
    const header = ['', 'one process, ms of CPU', 'two workers, ms of CPU', 'ratio', 'aim'];
    const text =
      `${CONNECTIONS} connections for each process, on each of them one request after the other. Without requests, one ` +
      `process uses ` +
      `${fixed(idle.one, 1)} ms of CPU a second, and two workers with their parent ` +
      `${fixed(idle.two, 1)} ms, which is subtracted. The parent uses ${fixed(parent, 1)} ms a second under this load.`;
    return { workers: `${measured(kept)} ${text}\n\n${table(header, cells)}` };
  },

  aims: ({ result: { rows } }) =>
    rows.map(({ row, ratio }) => ({ name: `${row} with two workers, ratio of CPU`, value: ratio.median, aim: AIM })),
};

async function idleCpu({ pid }: ServerProcess): Promise<number> {
  const before = familyCpu(pid);
  await new Promise((resolve) => setTimeout(resolve, IDLE_S * 1_000));
  return (familyCpu(pid) - before) / 1_000 / IDLE_S;
}

/** Returns the CPU time of a process and its children, in microseconds. */
function familyCpu(pid: number): number {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  const family = lines.map((line) => line.trim().split(/\s+/).map(Number)).filter((ids) => ids.includes(pid));
  return family.reduce((sum, [member = 0]) => sum + cpuOf(member), 0);
}
