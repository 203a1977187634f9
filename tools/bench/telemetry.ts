import { load } from './load.ts';
import { summary } from './measure.ts';

const HIGH = ['perKey', 'perTenant', 'perAddress'].map((name) => `rateLimits.${name}=1000000000`);

/** As it is shipped, and with nothing that tells: no metrics, no `Server-Timing`. */
const NOTHING = ['metrics.enabled=false', 'telemetry.serverTiming=false'];

/** What it costs to be watched: the same requests, with and without, one after the other in each round. */
export async function telemetry(startHaven, cli, { rounds, seconds }) {
  const ways = [
    { name: 'on', server: await startHaven('on', cli, HIGH) },
    { name: 'off', server: await startHaven('off', cli, [...HIGH, ...NOTHING]) },
  ];
  const path = await collection(ways[0].server.origin);
  const { id } = await create(ways[0].server.origin, path);
  const operations = {
    get: () => ({ method: 'GET', path: `${path}/${id}` }),
    create: () => ({ method: 'POST', path, ...CREATE }),
  };
  for (const [operation, request] of Object.entries(operations)) {
    const costs = { on: [], off: [] };
    for (let round = 0; round <= Number(rounds); round++) {
      for (const { name, server } of round % 2 === 0 ? ways : ways.toReversed()) {
        const cost = await measure(server, request, Number(seconds));
        if (round > 0) costs[name].push(cost); // the first warms up
      }
    }
    const ratios = costs.on.map((cost, round) => cost / costs.off[round]);
    console.log(
      `CPU a ${operation}: ${summary(costs.on).median.toFixed(1)} µs with telemetry, ${summary(costs.off).median.toFixed(1)} µs without; ` +
        `${summary(ratios).median.toFixed(3)} times as much (${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)})`,
    );
  }
}

const CREATE = {
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ data: { title: 'Alien', year: 1979 } }),
};

async function measure(server, request, seconds) {
  const before = await server.usage();
  const { requests } = await load(server.origin, request, { connections: 16, seconds });
  const after = await server.usage();
  return (after.cpu - before.cpu) / requests;
}

async function collection(origin) {
  const body = JSON.stringify({ name: 'telemetry' });
  await answerOf(fetch(`${origin}/api/v1/collections`, { ...CREATE, method: 'POST', body }));
  return '/api/v1/collections/telemetry/records';
}

function create(origin, path) {
  return answerOf(fetch(origin + path, { ...CREATE, method: 'POST' }));
}

async function answerOf(sent) {
  const response = await sent;
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  return response.json();
}
