import { aimText, atMost } from '../aims.ts';
import { NO_LIMITS, UNREACHED } from '../bench.ts';
import { load } from '../load.ts';
import type { LoadRequest } from '../load.ts';
import { cpuPerRequest, summary } from '../measure.ts';
import type { Rounds, Summary } from '../measure.ts';
import { fixed, measured, spread, table } from '../pages/markdown.ts';
import type { Section } from '../section.ts';
import type { ServerProcess } from '../server-process.ts';
import { Crowd } from './crowd.ts';
import type { Statuses } from './crowd.ts';

/**
 * Two tenants on one server: a quiet one with little load, and a noisy neighbour (`loud`), which sends many requests or
 * none.
 */
interface TenantPair {
  origin: string;
  quiet: LoadRequest;
  loud: LoadRequest | null;
}

interface CrowdCase extends TenantPair {
  row: string;
  p95s: number[];
  responses: Statuses;
}

const KEY = `hvn_${'0'.repeat(16)}_${'1'.repeat(64)}`;

/** A batch of the noisy tenant. Ten such batches use up most of its limit. */
const CREATES = Array.from({ length: 500 }, () => ({ op: 'create', collection: 'limits', data: { year: 1979 } }));

const FAIRNESS_ROUNDS = { rounds: 5, seconds: 0.7 };

/** Number of clients of the noisy tenant. */
const CLIENTS = 8;

/**
 * Limits that the quiet tenant never reaches. The noisy tenant soon reaches its limit, and all its later requests are
 * rejected.
 */
const LOW = [
  'rateLimits.perTenant=5000',
  'rateLimits.window=1h',
  ...UNREACHED.filter((limit) => !limit.includes('perTenant')),
];

/** The read that has an aim, and its maximum ratio to one without a key. */
const AIMED = 'with a key and limits';
const AIM = atMost(1.1, 2);

/** CPU in microseconds per read, and its ratio to that of a read without a key. */
interface CountingResult {
  row: string;
  cpu: Summary;
  ratio: Summary;
}

/** The p95 of the quiet tenant in milliseconds, and the responses of the noisy tenant by status. */
interface FairnessResult {
  row: string;
  p95: Summary;
  responses: Statuses;
}

/**
 * Measures the cost of rate limits, and the effect of a tenant at its limit on another.
 */
export const limits: Section<{ counting: CountingResult[]; fairness: FairnessResult[] }> = {
  plan: { rounds: 61, seconds: 0.7 },

  async measure(bench) {
    const start = (name: string, settings: readonly string[]): Promise<ServerProcess> =>
      bench.haven(name, [`auth.operatorKey=${KEY}`, ...settings]);
    const counted = await start('counted', UNREACHED);
    const [open, keyed] = [await start('open', NO_LIMITS), await start('keyed', NO_LIMITS)];
    return {
      counting: await counting(open, keyed, counted, bench.plan),
      fairness: await fairness(await start('limited', LOW), await start('unlimited', UNREACHED), FAIRNESS_ROUNDS),
    };
  },

  blocks(kept) {
    const costs = kept.result.counting.map(({ row, cpu, ratio }) => [
      row,
      ...[fixed(cpu, 0), spread(ratio, 2), row === AIMED ? aimText(AIM) : ''],
    ]);
    const delays = kept.result.fairness.map(({ row, p95 }) => [row, spread(p95, 1)]);
    return {
      limits: `${measured(kept)}\n\n${table(['a read', 'µs of CPU', 'ratio', 'aim'], costs)}`,
      fairness: `${measured(kept)}\n\n${table(['load of the other tenant', 'p95 ms'], delays)}`,
    };
  },

  aims: ({ result }) =>
    result.counting
      .filter(({ row }) => row === AIMED)
      .map(({ row, ratio }) => ({ name: `a read ${row}, ratio of CPU`, value: ratio.median, aim: AIM })),
};

/**
 * Compares reads with neither a key nor limits, with a key, and with a key and rate limits. All servers are measured at
 * the same time, so that they share whatever else the machine does.
 */
async function counting(
  open: ServerProcess,
  keyed: ServerProcess,
  counted: ServerProcess,
  { rounds, seconds }: Rounds,
): Promise<CountingResult[]> {
  const path = await record(counted.origin, KEY);
  const variants = [
    { row: 'without a key', server: open, request: read(path, undefined), costs: [] as number[] },
    { row: 'with a key', server: keyed, request: read(path, KEY), costs: [] as number[] },
    { row: AIMED, server: counted, request: read(path, KEY), costs: [] as number[] },
  ];
  const measureAll = (length: number): Promise<number[]> =>
    Promise.all(variants.map(({ server, request }) => cpuPerRequest(server, () => request, CONNECTIONS, length)));
  await measureAll(WARM_UP_S);
  for (let round = 0; round < rounds; round++) {
    for (const [index, cost] of (await measureAll(seconds)).entries()) variants[index]?.costs.push(cost);
  }
  return variants.map(({ row, costs }) => {
    const ratios = costs.map((cost, round) => cost / (variants[0]?.costs[round] ?? NaN));
    return { row, cpu: summary(costs), ratio: summary(ratios) };
  });
}

/** Number of connections to each server. */
const CONNECTIONS = 8;

/** Node compiles code for about 20 seconds of load. */
const WARM_UP_S = 20;

/**
 * Measures the latency of the quiet tenant while clients of the noisy tenant are rejected, are served, or send cheap
 * probes.
 */
async function fairness(
  limited: ServerProcess,
  unlimited: ServerProcess,
  { rounds, seconds }: Rounds,
): Promise<FairnessResult[]> {
  const [rejected, served] = [await tenantPair('limited', limited), await tenantPair('unlimited', unlimited)];
  const crowds: CrowdCase[] = [
    { row: 'none', ...rejected, loud: null, p95s: [], responses: {} },
    { row: '8 clients that are refused (429)', ...rejected, p95s: [], responses: {} },
    { row: '8 clients that request `/livez`', ...rejected, loud: LIVENESS, p95s: [], responses: {} },
    { row: '8 clients that are served', ...served, p95s: [], responses: {} },
  ];
  for (let round = 0; round <= rounds; round++) {
    for (const crowd of crowds) {
      const value = await quietLatency(crowd, seconds);
      if (round > 0) crowd.p95s.push(value); // the first round only warms up
    }
  }
  return crowds.map(({ row, p95s, responses }) => ({ row, p95: summary(p95s.map((p95) => p95 / 1_000)), responses }));
}

const LIVENESS: LoadRequest = { method: 'GET', path: '/livez' };

async function quietLatency({ origin, quiet, loud, responses }: CrowdCase, seconds: number): Promise<number> {
  const crowd = loud && new Crowd(origin, loud, CLIENTS);
  // Sends only a few requests, so that the latency shows the load of the noisy neighbour, not that of these requests.
  const { latency } = await load(origin, () => quiet, { connections: 1, seconds, pause: 10 });
  for (const [status, count] of Object.entries((await crowd?.stop()) ?? {}))
    responses[status] = (responses[status] ?? 0) + count;
  return latency.percentile(95);
}

/**
 * Creates two tenants. The noisy one lists 200 records per request and, on the limited server, has used up its limit.
 */
async function tenantPair(name: string, { origin }: ServerProcess): Promise<TenantPair> {
  const [one, other] = [await tenant(origin, `${name} quiet`), await tenant(origin, `${name} loud`)];
  const quiet = read(await record(origin, one), one);
  const path = await record(origin, other);
  for (let number = 0; number < 10; number++) await write(origin, other, '/batch', { operations: CREATES });
  const loud = read(path.replace(/[^/]*$/, '?limit=200'), other);
  if (name === 'limited') await exhaustLimit(origin, loud);
  return { origin, quiet, loud };
}

async function exhaustLimit(origin: string, request: LoadRequest): Promise<void> {
  let status = 200;
  while (status !== 429) ({ status } = await fetch(origin + request.path, request));
}

async function tenant(origin: string, name: string): Promise<string> {
  const { id } = await post(origin, KEY, '/tenants', { name });
  const scopes = ['records:read', 'records:write', 'collections:write'];
  return (await post(origin, KEY, '/api-keys', { name, scopes, tenant: id })).token;
}

async function record(origin: string, key: string): Promise<string> {
  await post(origin, key, '/collections', { name: 'limits' });
  const { id } = await post(origin, key, '/collections/limits/records', { data: { title: 'Alien', year: 1979 } });
  return `/api/v1/collections/limits/records/${id}`;
}

async function post(origin: string, key: string, path: string, input: object): Promise<{ id: string; token: string }> {
  const response = await write(origin, key, path, input);
  const result = (await response.json()) as { id: string; token: string }; // only a created key has a token
  if (!response.ok) throw new Error(`${response.status}: ${JSON.stringify(result)}`);
  return result;
}

function write(origin: string, key: string, path: string, input: object): Promise<Response> {
  const headers = { ...authorization(key), 'content-type': 'application/json' };
  return fetch(`${origin}/api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(input) });
}

function read(path: string, key: string | undefined): LoadRequest {
  return { method: 'GET', path, headers: key === undefined ? {} : authorization(key) };
}

function authorization(key: string): { authorization: string } {
  return { authorization: `Bearer ${key}` };
}
