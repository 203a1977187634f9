import { execFileSync } from 'node:child_process';

import { cpuOf } from './database.ts';
import { load } from './load.ts';
import { summary } from './measure.ts';
import { operations } from './operations.ts';

const CONNECTIONS = 64;

/** Reads and creates with one process and with two workers, in turn. The client and PostgreSQL share the cores with them. */
export async function workers(startHaven, cli, unlimited, { rounds, seconds }) {
  const sides = [
    { name: '1 process', server: await startHaven('one', cli, unlimited) },
    { name: '2 workers', server: await startHaven('two', cli, [...unlimited, 'server.workers=2']) },
  ];
  for (const operation of ['get', 'create']) {
    const measured = new Map(sides.map(({ name }) => [name, { throughput: [], cpu: [] }]));
    for (let round = 0; round <= Number(rounds); round++) {
      for (const { name, server } of round % 2 === 0 ? sides : sides.toReversed()) {
        const before = familyCpu(server.pid);
        const plan = { connections: CONNECTIONS, seconds: Number(seconds) };
        const { requests, seconds: took } = await load(server.origin, operations[operation].rest, plan);
        if (round === 0) continue; // the first warms up
        measured.get(name).throughput.push(requests / took);
        measured.get(name).cpu.push((familyCpu(server.pid) - before) / 1_000 / requests);
      }
    }
    for (const [name, { throughput, cpu }] of measured) {
      const [rate, cost] = [summary(throughput), summary(cpu)];
      console.log(
        `${operation}, ${name}: ${rate.median.toFixed(0)}/s (${rate.min.toFixed(0)}–${rate.max.toFixed(0)}), ${cost.median.toFixed(3)} ms of CPU each`,
      );
    }
  }
}

/** CPU microseconds of a process and its children. */
function familyCpu(pid) {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  const family = lines.map((line) => line.trim().split(/\s+/).map(Number)).filter((ids) => ids.includes(pid));
  return family.reduce((sum, [member]) => sum + cpuOf(member), 0);
}
