import { load } from './load.mjs';

const KEY = `hvn_${'0'.repeat(16)}_${'1'.repeat(64)}`;
const NONE = ['perKey', 'perTenant', 'perAddress', 'concurrentPerTenant'].map((name) => `rateLimits.${name}=0`);
const HIGH = ['perKey', 'perTenant', 'perAddress'].map((name) => `rateLimits.${name}=1000000000`);

/** What a tenant may ask for in a second here: far less than a process can do. */
const LOW = [
  'rateLimits.perTenant=200',
  'rateLimits.window=1s',
  ...HIGH.filter((limit) => !limit.includes('perTenant')),
];

/** Rounds in which both sides of a comparison are measured one after the other, so that both have the same machine. */
export async function limits(startHaven, cli, { rounds, seconds }) {
  const plan = { rounds: Number(rounds), seconds: Number(seconds) };
  const start = (name, settings) => startHaven(name, cli, [`auth.operatorKey=${KEY}`, ...settings]);
  await counting(await start('counted', HIGH), await start('uncounted', NONE), plan);
  await fairness(await start('limited', LOW), plan);
}

/** The same reads: with a key and counted, with a key and not counted, with neither. */
async function counting(counted, uncounted, { rounds, seconds }) {
  const path = await record(counted.origin, KEY);
  const ways = [
    { name: 'with a key, counted', server: counted, key: KEY, costs: [] },
    { name: 'with a key', server: uncounted, key: KEY, costs: [] },
    { name: 'without', server: uncounted, key: undefined, costs: [] },
  ];
  for (let round = 0; round <= rounds; round++) {
    for (const { server, key, costs } of ways) {
      const before = await server.usage();
      const { requests } = await load(server.origin, () => read(path, key), { connections: 16, seconds });
      const after = await server.usage();
      if (round > 0) costs.push((after.cpu - before.cpu) / requests); // the first warms up
    }
  }
  const [, , without] = ways;
  for (const { name, costs } of ways) {
    const ratios = costs.map((cost, round) => cost / without.costs[round]);
    console.log(`CPU a read ${name}: ${median(costs).toFixed(1)} µs, ${median(ratios).toFixed(2)} times that without`);
  }
}

async function fairness({ origin }, { rounds, seconds }) {
  const [quiet, loud] = [await tenant(origin, 'quiet'), await tenant(origin, 'loud')];
  const path = await record(origin, quiet);
  const alone = [];
  const beside = [];
  for (let round = 0; round <= rounds; round++) {
    const measured = async () => (await paced(origin, path, quiet, seconds)).percentile(95);
    const before = await measured();
    const stop = new AbortController();
    const crowd = Array.from({ length: 16 }, () => hammer(origin, loud, stop.signal));
    const during = await measured();
    stop.abort();
    const statuses = (await Promise.all(crowd)).flat();
    if (round === 0) continue;
    alone.push(before);
    beside.push(during);
    console.log(
      `p95 alone ${ms(before)}, beside ${ms(during)}; ${statuses.length} requests of the other, ${statuses.filter((status) => status === 429).length} of them refused`,
    );
  }
  const ratios = beside.map((value, round) => value / alone[round]);
  console.log(`p95 of a tenant beside one at its limit: ${median(ratios).toFixed(2)} times what it is alone`);
}

/** Few requests, one after the other, so that they measure the server and not themselves. */
async function paced(origin, path, key, seconds) {
  const { latency } = await load(origin, () => read(path, key), {
    connections: 1,
    seconds: Math.min(seconds, 0.8),
    pause: 5,
  });
  return latency;
}

/** As a client that takes no notice of refusals, 16 of them with some 1,000 requests a second together. */
async function hammer(origin, key, signal) {
  const statuses = [];
  while (!signal.aborted) {
    const { status, body } = await fetch(`${origin}/api/v1/collections`, { headers: authorization(key) });
    await body.cancel();
    statuses.push(status);
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
  return statuses;
}

async function tenant(origin, name) {
  const { id } = await ask(origin, KEY, '/tenants', { name });
  const scopes = ['records:read', 'records:write', 'collections:write'];
  return (await ask(origin, KEY, '/api-keys', { name, scopes, tenant: id })).token;
}

async function record(origin, key) {
  await ask(origin, key, '/collections', { name: 'limits' });
  const { id } = await ask(origin, key, '/collections/limits/records', { data: { title: 'Alien', year: 1979 } });
  return `/api/v1/collections/limits/records/${id}`;
}

async function ask(origin, key, path, input) {
  const headers = { ...authorization(key), 'content-type': 'application/json' };
  const response = await fetch(`${origin}/api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(input) });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${response.status}: ${JSON.stringify(answer)}`);
  return answer;
}

function read(path, key) {
  return { method: 'GET', path, headers: key === undefined ? {} : authorization(key) };
}

function authorization(key) {
  return { authorization: `Bearer ${key}` };
}

function median(values) {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];
}

function ms(microseconds) {
  return `${(microseconds / 1_000).toFixed(2)} ms`;
}
