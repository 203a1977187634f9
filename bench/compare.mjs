import { measure, summary } from './measure.mjs';
import { operations } from './operations.mjs';
import { writeReport } from './report.mjs';

/** Rounds of everything on every server in turn, so that a drift of the machine meets all of them alike. */
export async function compare(servers, database, { operations: names, doors, connections, rounds, seconds, write }) {
  const cells = names.flatMap((operation) =>
    doors.flatMap((door) => connections.map((count) => ({ operation, door, connections: count, rounds: [] }))),
  );
  for (const cell of cells) await warmUp(servers, database, cell);
  for (let round = 1; round <= rounds; round++) {
    for (const cell of cells) cell.rounds.push(await one(servers, database, cell, seconds));
    process.stderr.write(`round ${round} of ${rounds}\n`);
  }
  const results = cells.map(({ rounds: measured, ...cell }) => ({ ...cell, ...resultOf(measured) }));
  writeReport({ results, rounds, seconds }, write);
}

async function one(servers, database, { operation, door, connections }, seconds) {
  const measured = {};
  for (const [name, server] of Object.entries(servers)) {
    if (name === 'raw' && door === 'graphql') continue;
    measured[name] = await measure(server, database, operations[operation][door], { connections, seconds });
  }
  return measured;
}

/** Compilers and caches first: what runs for the first time is not what runs all day. */
async function warmUp(servers, database, cell) {
  await one(servers, database, cell, 0.5);
}

/** Medians of each figure with their spread, and of the ratios within each round. */
function resultOf(rounds) {
  const servers = {};
  const ratios = {};
  for (const name of Object.keys(rounds[0])) {
    const figures = Object.keys(rounds[0][name]);
    servers[name] = Object.fromEntries(
      figures.map((figure) => [figure, summary(rounds.map((round) => round[name][figure]))]),
    );
    if (name !== 'haven') ratios[name] = summary(rounds.map((round) => round.haven.cpu / round[name].cpu));
  }
  return { servers, ratios };
}
