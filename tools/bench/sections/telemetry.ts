import { aimText, atMost } from '../aims.ts';
import { NO_LIMITS } from '../bench.ts';
import type { RequestMaker } from '../load.ts';
import { cpuPerRequest, summary } from '../measure.ts';
import type { Summary } from '../measure.ts';
import { fixed, measured, spread, table } from '../pages/markdown.ts';
import type { Section } from '../section.ts';

/** Settings without any telemetry: no metrics and no `Server-Timing`. */
const WITHOUT = ['metrics.enabled=false', 'telemetry.serverTiming=false'];

/** Maximum ratio of the CPU with telemetry to that without. */
const AIM = atMost(1.05, 2);

/** CPU in microseconds per request. */
interface TelemetryResult {
  row: string;
  on: Summary;
  off: Summary;
  ratio: Summary;
}

/** Measures the cost of telemetry: the same requests with and without it, on two servers at the same time. */
export const telemetry: Section<TelemetryResult[]> = {
  plan: { rounds: 45, seconds: 0.7 },

  async measure(bench) {
    // Another process does the work for all events, so that it costs neither of the two anything.
    const leader = await bench.haven('leader', NO_LIMITS);
    const on = await bench.haven('on', NO_LIMITS);
    const off = await bench.haven('off', [...NO_LIMITS, ...WITHOUT]);
    const path = await collection(leader.origin);
    const { id } = await create(leader.origin, path);
    const operations: Record<string, RequestMaker> = {
      get: () => ({ method: 'GET', path: `${path}/${id}` }),
      create: () => ({ method: 'POST', path, ...CREATE }),
    };
    const results: TelemetryResult[] = [];
    for (const [row, request] of Object.entries(operations)) {
      const measureBoth = (seconds: number): Promise<number[]> =>
        Promise.all([on, off].map((server) => cpuPerRequest(server, request, CONNECTIONS, seconds)));
      await measureBoth(WARM_UP_S);
      const rounds: number[][] = [];
      for (let round = 0; round < bench.plan.rounds; round++) rounds.push(await measureBoth(bench.plan.seconds));
      const [costs, without] = [0, 1].map((index) => rounds.map((round) => round[index] ?? NaN)) as [
        number[],
        number[],
      ];
      const ratios = costs.map((cost, round) => cost / (without[round] ?? NaN));
      results.push({ row, on: summary(costs), off: summary(without), ratio: summary(ratios) });
    }
    return results;
  },

  blocks(kept) {
    const rows = kept.result.map(({ row, on, off, ratio }) => [
      row,
      fixed(on, 0),
      fixed(off, 0),
      spread(ratio, 2),
      aimText(AIM),
    ]);
    const header = ['', 'with telemetry, µs of CPU', 'without, µs of CPU', 'ratio', 'aim'];
    return { telemetry: `${measured(kept)}\n\n${table(header, rows)}` };
  },

  aims: ({ result }) =>
    result.map(({ row, ratio }) => ({ name: `${row} with telemetry, ratio of CPU`, value: ratio.median, aim: AIM })),
};

/** Number of connections to each server. */
const CONNECTIONS = 8;

/** Node compiles code for about 20 seconds of load. */
const WARM_UP_S = 15;

const CREATE = {
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ data: { title: 'Alien', year: 1979 } }),
};

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
