import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { Profiler, Runtime } from 'node:inspector';
import { SourceMap } from 'node:module';
import type { SourceMapPayload } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { NO_LIMITS } from './bench.ts';
import type { Bench } from './bench.ts';
import { load } from './load.ts';
import type { RequestMaker } from './load.ts';
import { cpuPerRequest } from './measure.ts';
import { operationOf } from './operations.ts';
import type { ServerProcess } from './server-process.ts';

/** Assigns each sample to the first bucket that fits its file and function. Native functions of Node have no file. */
const BUCKETS: [bucket: string, fits: (file: string, name: string) => boolean][] = [
  ['garbage collection', (_file, name) => name === '(garbage collector)'],
  [
    'engine and system calls',
    (file, name) =>
      file === '' && /^\(|^writev|^writeUtf8String|^writeBuffer|^writeLatin1String|^readStart|^shutdown/.test(name),
  ],
  [
    'JSON',
    (file, name) =>
      (file === '' && /^(parse|stringify)$/.test(name)) ||
      /kernel\/src\/(json|parse-json|check-json)|domain\/patch\/|secure-json-parse|fast-json-stringify/.test(file),
  ],
  ['telemetry', (file) => /observability\/(observe|metrics|tracing)/.test(file)],
  ['logging', (file) => /pino|sonic-boom|observability/.test(file)],
  ['driver', (file) => /node_modules\/(pg|pg-protocol|pg-pool|pg-types|postgres-[a-z]+)\//.test(file)],
  ['tenancy', (file) => /libs\/(tenants|platform\/database)\//.test(file)],
  ['ORM', (file) => /node_modules\/typeorm/.test(file)],
  ['SQL building', (file) => /libs\/(records\/src\/infrastructure|query\/src)/.test(file)],
  [
    'validation',
    (file) => /class-validator|class-transformer|contract\.pipe|query-string|libs\/json-schema|ajv|re2/.test(file),
  ],
  ['GraphQL parse', (file) => /graphql\/language/.test(file)],
  ['GraphQL validate', (file) => /graphql\/validation|document-limits/.test(file)],
  ['GraphQL execute', (file) => /node_modules\/(graphql|graphql-jit|generate-function)\//.test(file)],
  ['GraphQL server', (file) => /@apollo|@as-integrations|@graphql-tools|mercurius|keyv|lru-cache|tiny-lru/.test(file)],
  ['Nest', (file) => /node_modules\/(@nestjs|rxjs|reflect-metadata)/.test(file)],
  ['routing', (file) => /find-my-way|fast-decode-uri|fast-querystring/.test(file)],
  [
    'HTTP',
    (file) =>
      /fastify|light-my-request|node:(_http|net|internal\/(http|streams|stream_base|net)|stream|buffer|events)|libs\/platform\/http|helmet/.test(
        file,
      ),
  ],
  ['use cases', (file) => /(?:^|\/)(?:apps|libs|bench\/floors)\//.test(file)],
  ['Node', (file) => file.startsWith('node:')],
  ['other', () => true],
];

/** Number of connections over which profiled requests are sent. */
export const CONNECTIONS = 16;

/**
 * Records a CPU profile of one operation, such as `get` or `graphql:list`, and prints the time spent in each bucket.
 */
export async function profile(bench: Bench, what: string): Promise<void> {
  const server = await bench.haven('haven', NO_LIMITS);
  await bench.database.fill(server.origin);
  const { seconds } = bench.plan;
  const request = requestOf(what);
  await load(server.origin, request, { connections: CONNECTIONS, seconds });
  const file = join(process.cwd(), `bench-${what.replace(':', '-')}.cpuprofile`);
  await server.startProfile();
  const cpu = await cpuPerRequest(server, request, CONNECTIONS, seconds * 5);
  await server.stopProfile(file);
  console.log(`${(cpu / 1_000).toFixed(3)} ms of CPU per request (including the profiler)\n`);
  print(bucketsOf(file), cpu / 1_000);
  console.log(`\n${file}`);
}

/** Returns the requests of an operation such as `get` or `graphql:list`. */
export function requestOf(what: string): RequestMaker {
  const [operation = '', api] = what.split(':').reverse();
  return operationOf(operation)[api === 'graphql' ? api : 'rest'];
}

/** Records a CPU profile of a server during some work. Returns the result of the work and the shares of the buckets. */
export async function profileDuring<T>(
  server: ServerProcess,
  work: () => Promise<T>,
): Promise<{ result: T; shares: Record<string, number> }> {
  const directory = mkdtempSync(join(tmpdir(), 'haven-profile-'));
  const file = join(directory, 'one.cpuprofile');
  await server.startProfile();
  const result = await work();
  await server.stopProfile(file);
  const shares = [...bucketsOf(file)].map(([bucket, { share }]) => [bucket, share] as const);
  rmSync(directory, { recursive: true, force: true });
  return { result, shares: Object.fromEntries(shares) };
}

/** The share of a bucket in the time of the process, and those of its functions. */
interface Bucket {
  share: number;
  functions: Map<string, number>;
}

/** Reads a CPU profile. Returns the buckets, the greatest first. */
function bucketsOf(file: string): Map<string, Bucket> {
  const written = JSON.parse(readFileSync(file, 'utf8')) as Profiler.Profile; // by Node's inspector
  const { nodes, samples = [], timeDeltas = [] } = written;
  const sourceOf = sourceFinder();
  const byId = new Map(
    nodes.map(({ id, callFrame }) => [id, { file: sourceOf(callFrame), name: callFrame.functionName }]),
  );
  const buckets = new Map<string, Bucket>();
  const timed = samples.map((id, index) => ({
    ...(byId.get(id) ?? { file: '', name: '' }),
    took: timeDeltas[index] ?? 0,
  }));
  // The time in which the profiler itself is started does not count.
  const busy = timed.filter(({ file, name }) => name !== '(idle)' && !file.startsWith('node:inspector'));
  const total = busy.reduce((sum, { took }) => sum + took, 0);
  for (const { file: source, name, took } of busy) {
    const [bucket = 'other'] = BUCKETS.find(([, fits]) => fits(source, name)) ?? [];
    const { share, functions } = buckets.get(bucket) ?? { share: 0, functions: new Map<string, number>() };
    const shown = `${name || '(anonymous)'} ${source.split('/').slice(-2).join('/')}`;
    functions.set(shown, (functions.get(shown) ?? 0) + took / total);
    buckets.set(bucket, { share: share + took / total, functions });
  }
  return new Map([...buckets].sort(([, one], [, other]) => other.share - one.share));
}

function print(buckets: ReadonlyMap<string, Bucket>, perRequest: number): void {
  for (const [bucket, { share, functions }] of buckets) {
    const top = [...functions]
      .sort(([, a], [, b]) => b - a)
      .slice(0, 4)
      .map(([name, part]) => `${name} ${(part * 100).toFixed(1)}%`);
    console.log(
      `${bucket.padEnd(24)} ${(share * 100).toFixed(1).padStart(5)}%  ${(share * perRequest * 1_000).toFixed(0).padStart(5)} µs  ${top.join(', ')}`,
    );
  }
}

/** Finds the source file of a function with the source maps of the build. A file without a map is its own source. */
function sourceFinder(): (frame: Runtime.CallFrame) => string {
  const maps = new Map<string, SourceMap | undefined>();
  return ({ url, lineNumber, columnNumber }) => {
    if (!url.startsWith('file:')) return url;
    if (!maps.has(url)) maps.set(url, mapOf(fileURLToPath(url)));
    const entry = maps.get(url)?.findEntry(lineNumber, columnNumber);
    return entry && 'originalSource' in entry ? entry.originalSource : url;
  };
}

function mapOf(file: string): SourceMap | undefined {
  if (!existsSync(`${file}.map`)) return undefined;
  return new SourceMap(JSON.parse(readFileSync(`${file}.map`, 'utf8')) as SourceMapPayload); // written by the bundler
}
