import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { buildIfNeeded, cli } from '../build.ts';
import { root } from '../tool.ts';
import type { Api } from './compare.ts';
import type { Rounds } from './measure.ts';
import type { ServerOptions, ServerProcess as Server } from './server-process.ts';

const { values: options } = parseArgs({
  options: {
    operations: { type: 'string', default: 'get,list,filter,create,keyed,batch,patch' },
    apis: { type: 'string', default: 'rest,graphql' },
    connections: { type: 'string', default: '1,16,64' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '1' },
    /** Another built checkout to measure in the same rounds: `--also before=../haven-before`. */
    also: { type: 'string', multiple: true, default: [] },
    /** Data directory of a database that is filled once and reused. */
    data: { type: 'string' },
    /** Writes the result to docs/benchmark.json and to the tables in docs/performance.md. */
    write: { type: 'boolean', default: false },
    /** Records a CPU profile of one operation, such as `get` or `graphql:list`, instead of measuring. */
    profile: { type: 'string' },
    /** Measures the change feed instead of requests. */
    feed: { type: 'boolean', default: false },
    /** Measures deliveries to webhooks instead of requests. */
    webhooks: { type: 'boolean', default: false },
    /** Measures the cost of rate limits and the effect of a tenant at its limit on another, instead of requests. */
    limits: { type: 'boolean', default: false },
    /** Measures the cost of telemetry instead of requests. */
    telemetry: { type: 'boolean', default: false },
    /** Measures reads by id from memory, from Redis and from the database, instead of requests. */
    cache: { type: 'boolean', default: false },
    /** Measures the cost of declared indexes, instead of requests. */
    indexes: { type: 'boolean', default: false },
    /** Measures imports and exports of many small records, instead of requests. */
    imports: { type: 'boolean', default: false },
    /** Number of records of each import and export. */
    records: { type: 'string', default: '100000' },
    /** Measures only those imports and exports whose names match this regular expression. */
    only: { type: 'string', default: '' },
    /** Measures aggregates and searches, instead of requests. */
    queries: { type: 'boolean', default: false },
    /** Compares pages of typed GraphQL fields with those of the generic field, instead of measuring requests. */
    typed: { type: 'boolean', default: false },
    /** Compares one process with two workers, instead of measuring requests. */
    workers: { type: 'boolean', default: false },
    /** Number of seconds to send ten times the load that Haven can process, instead of measuring requests. */
    overload: { type: 'string' },
  },
});

/** Server without load that does the work of the change feed for all builds that are compared. */
const IDLE = 'idle';

/** Rate limits that are too high to be reached, so that requests are counted, but never rejected. */
const UNLIMITED = ['perKey', 'perTenant', 'perAddress'].map((limit) => `rateLimits.${limit}=1000000000`);

if (!(await buildIfNeeded())) process.exit(1);
const { BenchDatabase } = await import('./database.ts');
const { ServerProcess } = await import('./server-process.ts');
const { cache } = await import('./cache.ts');
const { compare } = await import('./compare.ts');
const { feed } = await import('./feed.ts');
const { limits } = await import('./limits.ts');
const { overload } = await import('./overload.ts');
const { profile } = await import('./profile.ts');
const { webhooks } = await import('./webhooks.ts');
const { workers } = await import('./workers.ts');
const { imports } = await import('./imports.ts');
const { indexes } = await import('./indexes.ts');
const { queries } = await import('./queries.ts');
const { report, reportIndexes, reportQueries } = await import('./report.ts');
const { typed } = await import('./typed.ts');
const { telemetry } = await import('./telemetry.ts');

const dataDir = options.data ?? mkdtempSync(join(tmpdir(), 'haven-bench-'));
const database = await BenchDatabase.open(dataDir);
const servers: Record<string, Server> = {};
const plan: Rounds = { rounds: Number(options.rounds), seconds: Number(options.seconds) };
try {
  if (options.also.length > 0) await startHaven(IDLE, cli); // becomes the leader of the feed, at whose cost it runs
  const haven = await startHaven('haven', cli, UNLIMITED);
  const fillsItself = [
    options.feed,
    options.limits,
    options.webhooks,
    options.telemetry,
    options.imports,
    options.indexes,
    options.queries,
    options.typed,
  ].some(Boolean);
  if (!fillsItself) await database.fill(haven.origin);
  if (options.feed) await feed(haven.origin);
  else if (options.webhooks) await webhooks(haven);
  else if (options.limits) await limits(startHaven, cli, plan);
  else if (options.cache) await cache(startHaven, cli, database, plan);
  else if (options.indexes) reportIndexes(plan, await indexes(haven, database, plan.rounds), options.write);
  else if (options.imports) await measureImports();
  else if (options.queries) reportQueries(plan, await queries(haven, database, plan), options.write);
  else if (options.workers) await workers(startHaven, cli, UNLIMITED, plan);
  else if (options.typed) await typed(haven, plan);
  else if (options.telemetry) await telemetry(startHaven, cli, plan);
  else if (options.overload) await overload(haven, Number(options.overload));
  else if (options.profile) await profile(haven, options.profile, plan.seconds);
  else await measureAll();
} finally {
  for (const server of Object.values(servers)) await server.stop();
  await database.stop();
  if (!options.data)
    for (const directory of [database.dataDir, dataDir]) rmSync(directory, { recursive: true, force: true });
}

/** Starts the other builds to compare with. */
async function startOthers(): Promise<void> {
  for (const also of options.also) {
    const [name = '', checkout = ''] = also.split('=', 2);
    await startHaven(name, cli.replace(root, checkout));
  }
}

async function measureImports(): Promise<void> {
  await startOthers();
  const { [IDLE]: _, ...compared } = servers;
  await imports(Object.values(compared), database, {
    rounds: plan.rounds,
    records: Number(options.records),
    only: new RegExp(options.only),
    isProfiled: options.profile !== undefined,
  });
}

async function measureAll(): Promise<void> {
  await startOthers();
  const floors = options.also.length > 0 ? [] : ['plain', 'raw']; // a comparison of builds does not need them
  for (const floor of floors) {
    await start(floor, join(import.meta.dirname, `floors/${floor}.ts`), { env: database.environment });
  }
  const whole = {
    ...plan,
    operations: options.operations.split(','),
    apis: options.apis.split(',') as Api[], // an unknown name matches no operation
    connections: options.connections.split(',').map(Number),
  };
  const { [IDLE]: _, ...compared } = servers;
  report(whole, await compare(compared, database, whole), options.write);
}

/** Starts Haven with its production settings, including the log. */
function startHaven(name: string, module: string, settings: readonly string[] = []): Promise<Server> {
  return start(name, module, {
    args: ['start', '--set', 'log.format=json', ...settings.flatMap((setting) => ['--set', setting])],
    env: { HAVEN_DATA_DIR: dataDir, NODE_ENV: 'production' },
    path: '/readyz',
  });
}

async function start(name: string, module: string, settings: ServerOptions): Promise<Server> {
  return (servers[name] = await ServerProcess.start(name, module, settings));
}
