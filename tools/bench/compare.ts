import { measure, summary } from './measure.ts';
import { operations } from './operations.ts';

/** Before it is measured: compilers and caches first, for what runs the first time is not what runs all day. */
const WARM_UP_SECONDS = 6;

/** Measures everything on every server in turn, round by round, so that a drift of the machine meets all of them alike. */
export async function compare(servers, database, plan) {
  const cells = cellsOf(plan);
  for (const cell of cells.filter(({ connections }) => connections === Math.max(...plan.connections))) {
    await round(servers, database, cell, WARM_UP_SECONDS);
  }
  const rounds = cells.map(() => []);
  for (let number = 1; number <= plan.rounds; number++) {
    for (const [index, cell] of cells.entries()) {
      rounds[index].push(await round(servers, database, cell, plan.seconds));
    }
    process.stderr.write(`round ${number} of ${plan.rounds}\n`);
  }
  return cells.map((cell, index) => ({ ...cell, ...resultOf(rounds[index]) }));
}

function cellsOf({ connections, doors, operations: names }) {
  return connections.flatMap((count) =>
    doors.flatMap((door) => names.map((operation) => ({ connections: count, door, operation }))),
  );
}

/** One operation on one server after the other; `raw` has no GraphQL. */
async function round(servers, database, { operation, door, connections }, seconds) {
  const figures = {};
  for (const [name, server] of Object.entries(servers)) {
    if (name === 'raw' && door === 'graphql') continue;
    const { only } = operations[operation];
    if (only && ['plain', 'raw'].includes(name)) continue;
    figures[name] = await measure(server, database, operations[operation][door], { connections, seconds });
  }
  return figures;
}

/** Medians of each server's figures with their spread, and of Haven's CPU in proportion to each other server's in the same round. */
function resultOf(rounds) {
  const servers = {};
  const ratios = {};
  for (const [name, figures] of Object.entries(rounds[0])) {
    servers[name] = Object.fromEntries(
      Object.keys(figures).map((figure) => [figure, summary(rounds.map((one) => one[name][figure]))]),
    );
    if (name !== 'haven') ratios[name] = summary(rounds.map((one) => one.haven.cpu / one[name].cpu));
  }
  return { servers, ratios };
}
