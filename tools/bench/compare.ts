import type { BenchDatabase, Sessions } from './database.ts';
import { load } from './load.ts';
import type { LoadRequest } from './load.ts';
import { measure, summary } from './measure.ts';
import type { Figures, Rounds, Summary } from './measure.ts';
import { operationOf } from './operations.ts';
import type { ServerProcess } from './server-process.ts';

export type Api = 'rest' | 'graphql';

/** What is compared: each operation on each API with each number of connections. */
export interface ComparePlan extends Rounds {
  operations: readonly string[];
  apis: readonly Api[];
  connections: readonly number[];
}

/** One of the servers that are compared. */
export interface Contestant {
  server: ServerProcess;
  sessions: Sessions;
  /** Whether it has this operation on this API. */
  has(operation: string, api: Api): boolean;
  /** Changes a request to one that this server understands. */
  adapt?(request: LoadRequest): LoadRequest;
}

/** One operation on one API, with the given number of connections. */
export interface Cell {
  connections: number;
  api: Api;
  operation: string;
}

/** The ratios of Haven's figures to those of another server. */
export type Ratios = Record<'cpu' | 'postgresCpu' | 'p95', Summary>;

/** The figures of each server, and Haven's ratios to each other server. */
export interface CellResult extends Cell {
  servers: Record<string, Record<keyof Figures, Summary>>;
  ratios: Record<string, Ratios>;
}

/** The figures of one round, by server. */
type Round = Record<string, Figures>;

/**
 * Node compiles hot code for about 20 seconds of load, and a request costs several times as much before. Each operation
 * therefore runs this often for this long before anything is measured, on all servers at the same time, because their
 * figures do not matter yet.
 */
const WARM_UP = { passes: 2, seconds: 2.5, connections: 8 };

/**
 * Measures every operation on each server in turn, round by round, so that variations in the speed of the machine
 * affect all servers alike. The servers change places every round.
 */
export async function compare(
  contestants: readonly Contestant[],
  database: BenchDatabase,
  plan: ComparePlan,
): Promise<CellResult[]> {
  const cells = cellsOf(plan);
  await warmUp(contestants, plan);
  const rounds = cells.map((): Round[] => []);
  for (let number = 1; number <= plan.rounds; number++) {
    for (const [index, cell] of cells.entries()) {
      const order = number % 2 === 0 ? contestants.toReversed() : contestants;
      rounds[index]?.push(await round(order, database, cell, plan.seconds));
    }
    process.stderr.write(`round ${number} of ${plan.rounds}\n`);
  }
  return cells.map((cell, index) => ({ ...cell, ...resultOf(rounds[index] ?? []) }));
}

async function warmUp(contestants: readonly Contestant[], plan: ComparePlan): Promise<void> {
  const length = { ...WARM_UP, seconds: Math.min(WARM_UP.seconds, WARM_UP.seconds * plan.seconds) }; // a trial is short
  for (let pass = 0; pass < WARM_UP.passes; pass++) {
    for (const cell of cellsOf({ ...plan, connections: [WARM_UP.connections] })) {
      const able = contestants.filter((each) => each.has(cell.operation, cell.api));
      await Promise.all(able.map((each) => load(each.server.origin, requestOf(each, cell), length)));
    }
  }
}

function cellsOf({ connections, apis, operations }: ComparePlan): Cell[] {
  return connections.flatMap((count) =>
    apis.flatMap((api) => operations.map((operation) => ({ connections: count, api, operation }))),
  );
}

/** Measures one operation on each server in turn. */
async function round(
  contestants: readonly Contestant[],
  database: BenchDatabase,
  cell: Cell,
  seconds: number,
): Promise<Round> {
  const figures: Round = {};
  for (const contestant of contestants) {
    if (!contestant.has(cell.operation, cell.api)) continue;
    const { server, sessions } = contestant;
    const plan = { connections: cell.connections, seconds, sessions };
    figures[server.name] = await measure(server, database, requestOf(contestant, cell), plan);
  }
  return figures;
}

function requestOf({ adapt = (request) => request }: Contestant, { operation, api }: Cell) {
  const request = operationOf(operation)[api];
  return (number: number): LoadRequest => adapt(request(number));
}

/** Summarizes the figures of each server, and Haven's ratios to each other server in the same round. */
function resultOf(rounds: readonly Round[]): Omit<CellResult, keyof Cell> {
  const servers: CellResult['servers'] = {};
  const ratios: CellResult['ratios'] = {};
  const of = (name: string, figure: keyof Figures): number[] => rounds.map((one) => one[name]?.[figure] ?? NaN);
  const ratioTo = (name: string, figure: keyof Figures): Summary => {
    const others = of(name, figure);
    return summary(of('haven', figure).map((value, index) => value / (others[index] ?? NaN)));
  };
  for (const [name, figures] of Object.entries(rounds[0] ?? {})) {
    const names = Object.keys(figures) as (keyof Figures)[]; // the keys of the object that `measure` returns
    servers[name] = Object.fromEntries(names.map((figure) => [figure, summary(of(name, figure))])) as Record<
      keyof Figures,
      Summary
    >;
    if (name === 'haven') continue;
    ratios[name] = { cpu: ratioTo(name, 'cpu'), postgresCpu: ratioTo(name, 'postgresCpu'), p95: ratioTo(name, 'p95') };
  }
  return { servers, ratios };
}
