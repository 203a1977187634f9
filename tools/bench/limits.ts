import { Crowd } from './crowd.ts';
import type { Statuses } from './crowd.ts';
import { load } from './load.ts';
import type { LoadRequest } from './load.ts';
import { summary } from './measure.ts';
import type { Rounds } from './measure.ts';
import type { ServerProcess, StartHaven } from './server-process.ts';

/** Two tenants on one server: one that asks for little, and one that asks for much or not at all. */
interface Side {
  origin: string;
  quiet: LoadRequest;
  loud: LoadRequest | null;
}

interface CrowdCase extends Side {
  name: string;
  p95s: number[];
  answers: Statuses;
}

const KEY = `hvn_${'0'.repeat(16)}_${'1'.repeat(64)}`;
const NONE = ['perKey', 'perTenant', 'perAddress', 'concurrentPerTenant'].map((name) => `rateLimits.${name}=0`);
const HIGH = ['perKey', 'perTenant', 'perAddress'].map((name) => `rateLimits.${name}=1000000000`);

/** A batch of the tenant that asks for too much; ten of them are most of what it may. */
const CREATES = Array.from({ length: 500 }, () => ({ op: 'create', collection: 'limits', data: { year: 1979 } }));

/** How many clients the tenant has that asks for too much. */
const CLIENTS = 8;

/** More than the quiet tenant asks for in all, and soon spent by the other: from then on that one is refused everything. */
const LOW = [
  'rateLimits.perTenant=5000',
  'rateLimits.window=1h',
  ...HIGH.filter((limit) => !limit.includes('perTenant')),
];

/** Rounds in which both sides of a comparison are measured one after the other, so that both have the same machine. */
export async function limits(startHaven: StartHaven, cli: string, plan: Rounds): Promise<void> {
  const start = (name: string, settings: string[]): Promise<ServerProcess> =>
    startHaven(name, cli, [`auth.operatorKey=${KEY}`, ...settings]);
  await counting(await start('counted', HIGH), await start('uncounted', NONE), plan);
  await fairness(await start('limited', LOW), await start('unlimited', HIGH), plan);
}

/** The same reads: with a key and counted, with a key and not counted, with neither. */
async function counting(counted: ServerProcess, uncounted: ServerProcess, { rounds, seconds }: Rounds): Promise<void> {
  const path = await record(counted.origin, KEY);
  const without = { name: 'without', server: uncounted, key: undefined, costs: [] as number[] };
  const ways = [
    { name: 'with a key, counted', server: counted, key: KEY, costs: [] as number[] },
    { name: 'with a key', server: uncounted, key: KEY, costs: [] as number[] },
    without,
  ];
  for (let round = 0; round <= rounds; round++) {
    for (const { server, key, costs } of round % 2 === 0 ? ways : ways.toReversed()) {
      const before = await server.usage();
      const { requests } = await load(server.origin, () => read(path, key), { connections: 16, seconds });
      const after = await server.usage();
      if (round > 0) costs.push((after.cpu - before.cpu) / requests); // the first warms up
    }
  }
  for (const { name, costs } of ways) {
    const ratios = costs.map((cost, round) => cost / (without.costs[round] ?? NaN));
    console.log(
      `CPU a read ${name}: ${summary(costs).median.toFixed(1)} µs, ${summary(ratios).median.toFixed(2)} times that without`,
    );
  }
}

/** The same crowd beside a tenant that asks for little: refused, served, and asking for the least that any answer can be. */
async function fairness(limited: ServerProcess, unlimited: ServerProcess, { rounds, seconds }: Rounds): Promise<void> {
  const [refused, served] = [await side('limited', limited), await side('unlimited', unlimited)];
  const crowds: CrowdCase[] = [
    { name: 'a tenant at its limit', ...refused, p95s: [], answers: {} },
    { name: 'as many probes', ...refused, loud: { method: 'GET', path: '/livez' }, p95s: [], answers: {} },
    { name: 'a tenant without limits', ...served, p95s: [], answers: {} },
    { name: 'nobody', ...refused, loud: null, p95s: [], answers: {} },
  ];
  for (let round = 0; round <= rounds; round++) {
    for (const crowd of crowds) {
      const value = await beside(crowd, seconds);
      if (round > 0) crowd.p95s.push(value); // the first warms up
    }
  }
  for (const { name, p95s, answers } of crowds)
    console.log(
      `p95 beside ${name}: ${ms(summary(p95s).median)} (${p95s.map(ms).join(', ')}); ${JSON.stringify(answers)}`,
    );
}

async function beside({ origin, quiet, loud, answers }: CrowdCase, seconds: number): Promise<number> {
  const crowd = loud && new Crowd(origin, loud, CLIENTS);
  const { latency } = await load(origin, () => quiet, { connections: 1, seconds, pause: 10 }); // few: they measure the others' doing, not their own
  for (const [status, count] of Object.entries((await crowd?.stop()) ?? {}))
    answers[status] = (answers[status] ?? 0) + count;
  return latency.percentile(95);
}

/** Two tenants with the same record, of which one lists 200 of them, and has spent what it may where that is limited. */
async function side(name: string, { origin }: ServerProcess): Promise<Side> {
  const [one, other] = [await tenant(origin, `${name} quiet`), await tenant(origin, `${name} loud`)];
  const quiet = read(await record(origin, one), one);
  const path = await record(origin, other);
  for (let number = 0; number < 10; number++) await write(origin, other, '/batch', { operations: CREATES });
  const loud = read(path.replace(/[^/]*$/, '?limit=200'), other);
  if (name === 'limited') await spendTheRest(origin, loud);
  return { origin, quiet, loud };
}

async function spendTheRest(origin: string, request: LoadRequest): Promise<void> {
  let status = 200;
  while (status !== 429) ({ status } = await fetch(origin + request.path, request));
}

async function tenant(origin: string, name: string): Promise<string> {
  const { id } = await ask(origin, KEY, '/tenants', { name });
  const scopes = ['records:read', 'records:write', 'collections:write'];
  return (await ask(origin, KEY, '/api-keys', { name, scopes, tenant: id })).token;
}

async function record(origin: string, key: string): Promise<string> {
  await ask(origin, key, '/collections', { name: 'limits' });
  const { id } = await ask(origin, key, '/collections/limits/records', { data: { title: 'Alien', year: 1979 } });
  return `/api/v1/collections/limits/records/${id}`;
}

async function ask(origin: string, key: string, path: string, input: object): Promise<{ id: string; token: string }> {
  const response = await write(origin, key, path, input);
  const answer = (await response.json()) as { id: string; token: string }; // a token only where a key was created
  if (!response.ok) throw new Error(`${response.status}: ${JSON.stringify(answer)}`);
  return answer;
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
