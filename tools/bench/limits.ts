import { Crowd } from './crowd.ts';
import type { Statuses } from './crowd.ts';
import { load } from './load.ts';
import type { LoadRequest } from './load.ts';
import { summary } from './measure.ts';
import type { Rounds } from './measure.ts';
import type { ServerProcess, StartHaven } from './server-process.ts';

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
  name: string;
  p95s: number[];
  responses: Statuses;
}

const KEY = `hvn_${'0'.repeat(16)}_${'1'.repeat(64)}`;
const NONE = ['perKey', 'perTenant', 'perAddress', 'concurrentPerTenant'].map((name) => `rateLimits.${name}=0`);
const HIGH = ['perKey', 'perTenant', 'perAddress'].map((name) => `rateLimits.${name}=1000000000`);

/** A batch of the noisy tenant. Ten such batches use up most of its limit. */
const CREATES = Array.from({ length: 500 }, () => ({ op: 'create', collection: 'limits', data: { year: 1979 } }));

/** Number of clients of the noisy tenant. */
const CLIENTS = 8;

/**
 * Limits that the quiet tenant never reaches. The noisy tenant soon reaches its limit, and all its later requests are
 * rejected.
 */
const LOW = [
  'rateLimits.perTenant=5000',
  'rateLimits.window=1h',
  ...HIGH.filter((limit) => !limit.includes('perTenant')),
];

/**
 * Measures all sides of each comparison one after another in every round, so that variations in the speed of the
 * machine affect all of them alike.
 */
export async function limits(startHaven: StartHaven, cli: string, plan: Rounds): Promise<void> {
  const start = (name: string, settings: string[]): Promise<ServerProcess> =>
    startHaven(name, cli, [`auth.operatorKey=${KEY}`, ...settings]);
  await counting(await start('counted', HIGH), await start('uncounted', NONE), plan);
  await fairness(await start('limited', LOW), await start('unlimited', HIGH), plan);
}

/** Compares reads with a key and rate limits, with a key only, and with neither. */
async function counting(counted: ServerProcess, uncounted: ServerProcess, { rounds, seconds }: Rounds): Promise<void> {
  const path = await record(counted.origin, KEY);
  const without = { name: 'without a key', server: uncounted, key: undefined, costs: [] as number[] };
  const variants = [
    { name: 'with a key, counted', server: counted, key: KEY, costs: [] as number[] },
    { name: 'with a key', server: uncounted, key: KEY, costs: [] as number[] },
    without,
  ];
  for (let round = 0; round <= rounds; round++) {
    for (const { server, key, costs } of round % 2 === 0 ? variants : variants.toReversed()) {
      const before = await server.usage();
      const { requests } = await load(server.origin, () => read(path, key), { connections: 16, seconds });
      const after = await server.usage();
      if (round > 0) costs.push((after.cpu - before.cpu) / requests); // the first round only warms up
    }
  }
  for (const { name, costs } of variants) {
    const ratios = costs.map((cost, round) => cost / (without.costs[round] ?? NaN));
    console.log(
      `CPU per read ${name}: ${summary(costs).median.toFixed(1)} µs, ` +
        `${summary(ratios).median.toFixed(2)} times that without a key`,
    );
  }
}

/**
 * Measures the latency of the quiet tenant while clients of the noisy tenant are rejected, are served, or send cheap
 * probes.
 */
async function fairness(limited: ServerProcess, unlimited: ServerProcess, { rounds, seconds }: Rounds): Promise<void> {
  const [rejected, served] = [await tenantPair('limited', limited), await tenantPair('unlimited', unlimited)];
  const crowds: CrowdCase[] = [
    { name: 'a tenant at its limit', ...rejected, p95s: [], responses: {} },
    { name: 'as many probes', ...rejected, loud: { method: 'GET', path: '/livez' }, p95s: [], responses: {} },
    { name: 'a tenant without limits', ...served, p95s: [], responses: {} },
    { name: 'no other load', ...rejected, loud: null, p95s: [], responses: {} },
  ];
  for (let round = 0; round <= rounds; round++) {
    for (const crowd of crowds) {
      const value = await quietLatency(crowd, seconds);
      if (round > 0) crowd.p95s.push(value); // the first round only warms up
    }
  }
  for (const { name, p95s, responses } of crowds)
    console.log(
      `p95 with ${name}: ${ms(summary(p95s).median)} (${p95s.map(ms).join(', ')}); ${JSON.stringify(responses)}`,
    );
}

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

function ms(microseconds: number): string {
  return `${(microseconds / 1_000).toFixed(2)} ms`;
}
