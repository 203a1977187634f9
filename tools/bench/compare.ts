import type { BenchDatabase } from './database.ts';
import { measure, summary } from './measure.ts';
import type { Figures, Summary } from './measure.ts';
import { operationOf } from './operations.ts';
import type { ServerProcess } from './server-process.ts';

export type Api = 'rest' | 'graphql';

export interface BenchPlan {
  operations: string[];
  apis: Api[];
  connections: number[];
  rounds: number;
  seconds: number;
}

/** One operation on one API, with the given number of connections. */
interface Cell {
  connections: number;
  api: Api;
  operation: string;
}

/** The figures of one round, by server. */
type Round = Record<string, Figures>;

/** The figures of each server, and the ratios of Haven's CPU to that of each other server. */
export interface CellResult extends Cell {
  servers: Record<string, Record<keyof Figures, Summary>>;
  ratios: Record<string, Summary>;
}

/** Duration of the load before the first measurement, during which code is compiled and caches are filled. */
const WARM_UP_SECONDS = 6;

/**
 * Measures every operation on each server in turn, round by round, so that variations in the speed of the machine
 * affect all servers alike. The servers change places every round.
 */
export async function compare(
  servers: Record<string, ServerProcess>,
  database: BenchDatabase,
  plan: BenchPlan,
): Promise<CellResult[]> {
  const cells = cellsOf(plan);
  for (const cell of cells.filter(({ connections }) => connections === Math.max(...plan.connections))) {
    await round(servers, database, cell, WARM_UP_SECONDS);
  }
  const rounds = cells.map((): Round[] => []);
  for (let number = 1; number <= plan.rounds; number++) {
    for (const [index, cell] of cells.entries()) {
      const order = Object.entries(servers);
      if (number % 2 === 0) order.reverse();
      rounds[index]?.push(await round(Object.fromEntries(order), database, cell, plan.seconds));
    }
    process.stderr.write(`round ${number} of ${plan.rounds}\n`);
  }
  return cells.map((cell, index) => ({ ...cell, ...resultOf(rounds[index] ?? []) }));
}

function cellsOf({ connections, apis, operations: names }: BenchPlan): Cell[] {
  return connections.flatMap((count) =>
    apis.flatMap((api) => names.map((operation) => ({ connections: count, api, operation }))),
  );
}

/** Measures one operation on each server in turn. The server `raw` has no GraphQL API. */
async function round(
  servers: Record<string, ServerProcess>,
  database: BenchDatabase,
  { operation, api, connections }: Cell,
  seconds: number,
): Promise<Round> {
  const figures: Round = {};
  for (const [name, server] of Object.entries(servers)) {
    if (name === 'raw' && api === 'graphql') continue;
    if (operationOf(operation).only && ['plain', 'raw'].includes(name)) continue;
    figures[name] = await measure(server, database, operationOf(operation)[api], { connections, seconds });
  }
  return figures;
}

/**
 * Summarizes the figures of each server, and the ratios of Haven's CPU to that of each other server in the same round.
 */
function resultOf(rounds: readonly Round[]): Omit<CellResult, keyof Cell> {
  const servers: CellResult['servers'] = {};
  const ratios: CellResult['ratios'] = {};
  const of = (name: string, figure: keyof Figures): number[] => rounds.map((one) => one[name]?.[figure] ?? NaN);
  for (const [name, figures] of Object.entries(rounds[0] ?? {})) {
    const names = Object.keys(figures) as (keyof Figures)[]; // the keys of the object that `measure` returns
    servers[name] = Object.fromEntries(names.map((figure) => [figure, summary(of(name, figure))])) as Record<
      keyof Figures,
      Summary
    >;
    const others = of(name, 'cpu');
    if (name !== 'haven') ratios[name] = summary(of('haven', 'cpu').map((cpu, index) => cpu / (others[index] ?? NaN)));
  }
  return { servers, ratios };
}
