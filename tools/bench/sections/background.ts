import { NO_LIMITS } from '../bench.ts';
import type { Bench } from '../bench.ts';
import { load } from '../load.ts';
import { summary, used } from '../measure.ts';
import type { Summary } from '../measure.ts';
import { operationOf } from '../operations.ts';
import { fixed, measured, table } from '../pages/markdown.ts';
import type { Section } from '../section.ts';

/** Sessions of the leader, which orders and seals the events of all processes. */
const LEADER = { database: 'haven', application: 'haven-leader%' };
const CONNECTIONS = 16;
const WARM_UP_S = 12;
const IDLE_S = 8;
/** The work for the last writes of a round is done within this time. */
const REST_S = 1;

/** No checkpoint is due during the measurement. */
const WITHOUT_CHECKPOINTS = ['audit.checkpointEvents=100000', 'audit.checkpointInterval=1h'];

/** CPU in microseconds per write. */
interface BackgroundRow {
  row: string;
  haven: Summary;
  postgres: Summary;
}

interface BackgroundResult {
  rows: BackgroundRow[];
  /** CPU without requests, in milliseconds per second: of one process, and of all sessions of two. */
  idle: { haven: number; postgres: number };
}

/**
 * Measures the work in the background that a write causes: ordering, sealing, checkpoints. One process serves the
 * requests, and another one, the leader, does this work, so that its CPU is known.
 */
export const background: Section<BackgroundResult> = {
  plan: { rounds: 3, seconds: 1.5 },

  async measure(bench) {
    const { rows, idle } = await measureLeader(bench, [], ['create', 'patch', 'batch']);
    const { rows: without } = await measureLeader(bench, WITHOUT_CHECKPOINTS, ['create']);
    return { rows: [...rows, ...without.map((row) => ({ ...row, row: 'create without checkpoints' }))], idle };
  },

  blocks(kept) {
    const { rows, idle } = kept.result;
    const cells = rows.map(({ row, haven, postgres }) => [
      row === 'batch' ? 'create in a batch of 100' : row,
      fixed(haven, 0),
      fixed(postgres, 0),
    ]);
    const text =
      `Without requests, a process uses ${fixed(idle.haven, 1)} ms of CPU a second, and the sessions of two processes ` +
      `use ${fixed(idle.postgres, 1)} ms a second of PostgreSQL; both are subtracted.`;
    const header = ['for each', 'CPU of the leader, µs', 'CPU of its PostgreSQL session, µs'];
    return { background: `${measured(kept)} ${text}\n\n${table(header, cells)}` };
  },
};

/** Measures the work of a leader with the given settings for each write that another process does. */
async function measureLeader(
  bench: Bench,
  settings: readonly string[],
  operations: readonly string[],
): Promise<BackgroundResult> {
  const { plan, database } = bench;
  const leader = await bench.haven('leader', [...NO_LIMITS, ...settings]);
  const server = await bench.haven('haven', NO_LIMITS);
  await database.fill(server.origin);
  const cpu = async () => ({
    haven: (await leader.usage()).cpu,
    leader: await database.usage(LEADER),
    all: await database.usage(),
  });
  const pause = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
  await load(server.origin, operationOf('create').rest, { connections: CONNECTIONS, seconds: WARM_UP_S });
  await pause(REST_S);
  const [start, end] = [await cpu(), (await pause(IDLE_S), await cpu())];
  const idle = {
    haven: (end.haven - start.haven) / 1_000 / IDLE_S,
    leader: used(start.leader, end.leader) / 1_000 / IDLE_S,
    postgres: used(start.all, end.all) / 1_000 / IDLE_S,
  };
  const rows: BackgroundRow[] = [];
  for (const row of operations) {
    const costs = { haven: [] as number[], postgres: [] as number[] };
    for (let round = 0; round < plan.rounds; round++) {
      const before = await cpu();
      const { requests, seconds } = await load(server.origin, operationOf(row).rest, {
        connections: CONNECTIONS,
        seconds: plan.seconds,
      });
      await pause(REST_S);
      const after = await cpu();
      const idleMs = seconds + REST_S;
      const writes = row === 'batch' ? requests * 100 : requests;
      costs.haven.push((after.haven - before.haven - idle.haven * 1_000 * idleMs) / writes);
      costs.postgres.push((used(before.leader, after.leader) - idle.leader * 1_000 * idleMs) / writes);
    }
    rows.push({ row, haven: summary(costs.haven), postgres: summary(costs.postgres) });
  }
  await server.stop(); // first, because it would become the leader
  await leader.stop();
  return { rows, idle: { haven: idle.haven, postgres: idle.postgres } };
}
