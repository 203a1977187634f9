import { load } from './load.ts';
import type { RequestMaker } from './load.ts';
import { summary } from './measure.ts';
import type { Rounds } from './measure.ts';
import type { ServerProcess, StartHaven } from './server-process.ts';

const HIGH = ['perKey', 'perTenant', 'perAddress'].map((name) => `rateLimits.${name}=1000000000`);

/** Settings without any telemetry: no metrics and no `Server-Timing`. */
const WITHOUT = ['metrics.enabled=false', 'telemetry.serverTiming=false'];

/** Measures the cost of telemetry: the same requests with and without it, one after the other in each round. */
export async function telemetry(startHaven: StartHaven, cli: string, { rounds, seconds }: Rounds): Promise<void> {
  const withTelemetry = await startHaven('on', cli, HIGH);
  const variants = [
    { name: 'on', server: withTelemetry },
    { name: 'off', server: await startHaven('off', cli, [...HIGH, ...WITHOUT]) },
  ] as const;
  const path = await collection(withTelemetry.origin);
  const { id } = await create(withTelemetry.origin, path);
  const operations: Record<string, RequestMaker> = {
    get: () => ({ method: 'GET', path: `${path}/${id}` }),
    create: () => ({ method: 'POST', path, ...CREATE }),
  };
  for (const [operation, request] of Object.entries(operations)) {
    const costs = { on: [] as number[], off: [] as number[] };
    for (let round = 0; round <= rounds; round++) {
      for (const { name, server } of round % 2 === 0 ? variants : variants.toReversed()) {
        const cost = await measure(server, request, seconds);
        if (round > 0) costs[name].push(cost); // the first round only warms up
      }
    }
    const ratios = costs.on.map((cost, round) => cost / (costs.off[round] ?? NaN));
    console.log(
      `CPU per ${operation}: ${summary(costs.on).median.toFixed(1)} µs with telemetry, ` +
        `${summary(costs.off).median.toFixed(1)} µs without; ${summary(ratios).median.toFixed(3)} times as much (${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)})`,
    );
  }
}

const CREATE = {
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ data: { title: 'Alien', year: 1979 } }),
};

async function measure(server: ServerProcess, request: RequestMaker, seconds: number): Promise<number> {
  const before = await server.usage();
  const { requests } = await load(server.origin, request, { connections: 16, seconds });
  const after = await server.usage();
  return (after.cpu - before.cpu) / requests;
}

async function collection(origin: string): Promise<string> {
  const body = JSON.stringify({ name: 'telemetry' });
  await resultOf(fetch(`${origin}/api/v1/collections`, { ...CREATE, method: 'POST', body }));
  return '/api/v1/collections/telemetry/records';
}

function create(origin: string, path: string): Promise<{ id: string }> {
  return resultOf(fetch(origin + path, { ...CREATE, method: 'POST' }));
}

async function resultOf(sent: Promise<Response>): Promise<{ id: string }> {
  const response = await sent;
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  return response.json() as Promise<{ id: string }>; // creating a collection returns no id; that response is not used
}
