import { cli } from '../../build.ts';
import { root } from '../../tool.ts';
import { NO_LIMITS } from '../bench.ts';
import type { Bench } from '../bench.ts';
import { compare } from '../compare.ts';
import type { CellResult, Contestant } from '../compare.ts';
import { importRecords } from '../database.ts';
import { startFloor } from '../floors.ts';
import { objectiveFigures, OBJECTIVE } from '../pages/latency-objective.ts';
import { requestCharts } from '../pages/request-charts.ts';
import { buildTables, cpuTable, latencyTable, shippedTable } from '../pages/request-tables.ts';
import { measured } from '../pages/markdown.ts';
import type { Section } from '../section.ts';
import type { ServerProcess } from '../server-process.ts';
import { startShipped } from '../ships.ts';

const OWN = { database: 'haven', application: 'haven%' };

/** Compares the cost of requests to Haven with that of the same requests to the reference servers. */
export const requests: Section<CellResult[]> = {
  plan: { rounds: 3, seconds: 0.8 },

  async measure(bench) {
    const { operations, apis, connections } = bench.options;
    const contestants = bench.options.also.length > 0 ? await builds(bench) : await servers(bench);
    return compare(contestants, bench.database, { ...bench.plan, operations, apis, connections });
  },

  blocks(kept) {
    const counts = [...new Set(kept.result.map(({ connections }) => connections))];
    const blocks = counts.flatMap((count) => {
      const cells = kept.result.filter(({ connections }) => connections === count);
      const tables = [cpuTable(cells), latencyTable(cells), ...shippedTable(cells), ...buildTables(cells)];
      const text = [measured(kept), ...tables].join('\n\n');
      return [[`requests-${count}`, text] as const];
    });
    return Object.fromEntries(blocks);
  },

  /** Returns the p95 of Haven and of Haven as it ships. The ratios to `plain` have a table of their own. */
  aims: ({ result }) =>
    Object.entries({ haven: '', ships: ', as it ships' }).flatMap(([server, suffix]) =>
      objectiveFigures(result, server).map(({ name, ...figure }) => ({
        name: `${name}${suffix}, p95 ms at ${OBJECTIVE.connections} connections`,
        ...figure,
      })),
    ),

  images: ({ result }) => requestCharts(result),
};

/** Starts Haven, which does its own background work, and the servers of `--servers` and `--older`. */
async function servers(bench: Bench): Promise<Contestant[]> {
  const haven = await bench.haven('haven', NO_LIMITS);
  await bench.database.fill(haven.origin);
  const started = [contestant(haven)];
  for (const name of bench.options.servers) {
    started.push(name === 'ships' ? await startShipped(bench) : await startFloor(bench, name));
  }
  for (const older of bench.options.older) started.push(await startOlder(bench, older));
  return started;
}

/** Starts a build whose database schema differs, with the same records in a database of its own. */
async function startOlder(bench: Bench, option: string): Promise<Contestant> {
  const [name, checkout] = namedCheckout(option);
  const url = await bench.database.another(name);
  const build = cli.replace(root, checkout);
  const server = await bench.haven(name, [...NO_LIMITS, `database.url=${url}`], { build });
  await importRecords(server.origin);
  await bench.database.settle(name);
  return { ...contestant(server), sessions: { ...OWN, database: name } };
}

function namedCheckout(option: string): [name: string, checkout: string] {
  const [name = '', checkout = ''] = option.split('=', 2);
  return [name, checkout];
}

/**
 * Starts this build and those of `--also` on one database. Another process, which serves no requests, does the
 * background work of all of them.
 */
async function builds(bench: Bench): Promise<Contestant[]> {
  await bench.haven('idle');
  const haven = await bench.haven('haven', NO_LIMITS);
  await bench.database.fill(haven.origin);
  const started = [contestant(haven)];
  for (const also of bench.options.also) {
    const [name, checkout] = namedCheckout(also);
    started.push(contestant(await bench.haven(name, NO_LIMITS, { build: cli.replace(root, checkout) })));
  }
  return started;
}

function contestant(server: ServerProcess): Contestant {
  return { server, sessions: OWN, has: () => true };
}
