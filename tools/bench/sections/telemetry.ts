import { NO_LIMITS } from '../bench.ts';
import { load } from '../load.ts';
import type { RequestMaker } from '../load.ts';
import { summary } from '../measure.ts';
import type { Summary } from '../measure.ts';
import { fixed, measured, spread, table } from '../pages/markdown.ts';
import type { Section } from '../section.ts';
import type { ServerProcess } from '../server-process.ts';

/** Settings without any telemetry: no metrics and no `Server-Timing`. */
const WITHOUT = ['metrics.enabled=false', 'telemetry.serverTiming=false'];

/** CPU in microseconds per request. */
interface TelemetryResult {
  row: string;
  on: Summary;
  off: Summary;
  ratio: Summary;
}

/** Measures the cost of telemetry: the same requests with and without it, one after the other in each round. */
export const telemetry: Section<TelemetryResult[]> = {
  plan: { rounds: 7, seconds: 0.8 },

  async measure(bench) {
    const withTelemetry = await bench.haven('on', NO_LIMITS);
    const variants = [
      { name: 'on', server: withTelemetry },
      { name: 'off', server: await bench.haven('off', [...NO_LIMITS, ...WITHOUT]) },
    ] as const;
    const path = await collection(withTelemetry.origin);
    const { id } = await create(withTelemetry.origin, path);
    const operations: Record<string, RequestMaker> = {
      get: () => ({ method: 'GET', path: `${path}/${id}` }),
      create: () => ({ method: 'POST', path, ...CREATE }),
    };
    const results: TelemetryResult[] = [];
    for (const [row, request] of Object.entries(operations)) {
      const costs = { on: [] as number[], off: [] as number[] };
      // Code is compiled for a fifth of a minute of load; a process that is compiled further would seem cheaper.
      await Promise.all(variants.map(({ server }) => measure(server, request, WARM_UP_SECONDS)));
      for (let round = 0; round < bench.plan.rounds; round++) {
        for (const { name, server } of round % 2 === 0 ? variants : variants.toReversed()) {
          costs[name].push(await measure(server, request, bench.plan.seconds));
        }
      }
      const ratios = costs.on.map((cost, round) => cost / (costs.off[round] ?? NaN));
      results.push({ row, on: summary(costs.on), off: summary(costs.off), ratio: summary(ratios) });
    }
    return results;
  },

  blocks(kept) {
    const rows = kept.result.map(({ row, on, off, ratio }) => [
      row,
      fixed(on, 0),
      fixed(off, 0),
      spread(ratio, 2),
      '1.05',
    ]);
    const header = ['', 'with telemetry, µs of CPU', 'without, µs of CPU', 'ratio', 'aim'];
    return { telemetry: `${measured(kept)}\n\n${table(header, rows)}` };
  },
};

const WARM_UP_SECONDS = 12;

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
