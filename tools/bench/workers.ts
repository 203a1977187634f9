import { execFileSync } from 'node:child_process';

import { cpuOf } from './database.ts';
import { load } from './load.ts';
import { summary } from './measure.ts';
import type { Rounds } from './measure.ts';
import { operations } from './operations.ts';
import type { StartHaven } from './server-process.ts';

const CONNECTIONS = 64;

/**
 * Measures reads and creates on one process and on two workers, in turn. The client and PostgreSQL run on the same
 * cores.
 */
export async function workers(
  startHaven: StartHaven,
  cli: string,
  unlimited: readonly string[],
  { rounds, seconds }: Rounds,
): Promise<void> {
  const sides = [
    { name: '1 process', server: await startHaven('one', cli, unlimited) },
    { name: '2 workers', server: await startHaven('two', cli, [...unlimited, 'server.workers=2']) },
  ];
  for (const operation of ['get', 'create'] as const) {
    const measured = sides.map((side) => ({ ...side, throughput: [] as number[], cpu: [] as number[] }));
    for (let round = 0; round <= rounds; round++) {
      for (const { server, throughput, cpu } of round % 2 === 0 ? measured : measured.toReversed()) {
        const before = familyCpu(server.pid);
        const plan = { connections: CONNECTIONS, seconds };
        const { requests, seconds: took } = await load(server.origin, operations[operation].rest, plan);
        if (round === 0) continue; // the first round only warms up
        throughput.push(requests / took);
        cpu.push((familyCpu(server.pid) - before) / 1_000 / requests);
      }
    }
    for (const { name, throughput, cpu } of measured) {
      const [rate, cost] = [summary(throughput), summary(cpu)];
      console.log(
        `${operation}, ${name}: ${rate.median.toFixed(0)}/s (${rate.min.toFixed(0)}–${rate.max.toFixed(0)}), ` +
          `${cost.median.toFixed(3)} ms of CPU each`,
      );
    }
  }
}

/** Returns the CPU time of a process and its children, in microseconds. */
function familyCpu(pid: number): number {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  const family = lines.map((line) => line.trim().split(/\s+/).map(Number)).filter((ids) => ids.includes(pid));
  return family.reduce((sum, [member = 0]) => sum + cpuOf(member), 0);
}
