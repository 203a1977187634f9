import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { load } from './load.ts';
import { operations } from './operations.ts';

/** Where a sample belongs, by file and function; the first that fits. Node's own natives have no file. */
const BUCKETS = [
  ['garbage collection', (_url, name) => name === '(garbage collector)'],
  ['idle', (_url, name) => name === '(idle)'],
  [
    'engine and system calls',
    (url, name) =>
      url === '' && /^\(|^writev|^writeUtf8String|^writeBuffer|^writeLatin1String|^readStart|^shutdown/.test(name),
  ],
  [
    'JSON',
    (url, name) =>
      (url === '' && /^(parse|stringify)$/.test(name)) ||
      /kernel\/src\/(json|parse-json|check-json)|domain\/patch\//.test(url),
  ],
  ['telemetry', (url) => /observability\/(observe|metrics|tracing)/.test(url)],
  ['logging', (url) => /pino|sonic-boom|observability/.test(url)],
  ['driver', (url) => /node_modules\/(pg|pg-protocol|pg-pool|pg-types|postgres-[a-z]+)\//.test(url)],
  ['tenancy', (url) => /libs\/(tenants|platform\/src\/database)\//.test(url)],
  ['ORM', (url) => /node_modules\/typeorm/.test(url)],
  ['SQL building', (url) => /libs\/records\/src\/(infrastructure|domain\/query)/.test(url)],
  [
    'validation',
    (url) =>
      /class-validator|class-transformer|contract\.pipe|query-string|libs\/collections\/src\/domain\/schema|ajv|re2/.test(
        url,
      ),
  ],
  ['GraphQL parse', (url) => /graphql\/language/.test(url)],
  ['GraphQL validate', (url) => /graphql\/validation|document-limits/.test(url)],
  ['GraphQL execute', (url) => /node_modules\/(graphql|graphql-jit|generate-function)\//.test(url)],
  ['Apollo', (url) => /@apollo|@as-integrations|@graphql-tools|keyv|lru-cache|finalhandler/.test(url)],
  ['Nest', (url) => /node_modules\/(@nestjs|rxjs|reflect-metadata)/.test(url)],
  ['routing', (url) => /find-my-way|fast-decode-uri|fast-querystring/.test(url)],
  [
    'HTTP',
    (url) =>
      /fastify|light-my-request|node:(_http|net|internal\/(http|streams|stream_base|net)|stream|buffer|events)|libs\/platform\/src\/http|helmet/.test(
        url,
      ),
  ],
  ['use cases', (url) => /dist\/modules\//.test(url)],
  ['Node', (url) => url.startsWith('node:')],
  ['other', () => true],
];

/** Records a CPU profile of Haven under one operation, such as `get` or `graphql:list`, and prints where the time goes. */
export async function profile(server, what, seconds) {
  const [operation, door] = what.split(':').reverse();
  const request = operations[operation]?.[door ?? 'rest'];
  if (!request)
    throw new Error(
      `There is no operation ${what}; there are ${Object.keys(operations).join(', ')}, with graphql: before it for that door.`,
    );
  await load(server.origin, request, { connections: 16, seconds });
  await server.startProfile();
  const before = await server.usage();
  const { requests } = await load(server.origin, request, { connections: 16, seconds: seconds * 5 });
  const { cpu } = await server.usage();
  const file = join(process.cwd(), `bench-${what.replace(':', '-')}.cpuprofile`);
  await server.stopProfile(file);
  const perRequest = (cpu - before.cpu) / 1_000 / requests;
  console.log(`${requests} requests, ${perRequest.toFixed(3)} ms of CPU each (the profiler's own included)\n`);
  print(JSON.parse(readFileSync(file, 'utf8')), perRequest);
  console.log(`\n${file}`);
}

function print({ nodes, samples, timeDeltas }, perRequest) {
  const byId = new Map(nodes.map((node) => [node.id, node.callFrame]));
  const buckets = new Map();
  let busy = 0;
  samples.forEach((id, index) => {
    const { url, functionName } = byId.get(id);
    const [bucket] = BUCKETS.find(([, fits]) => fits(url, functionName));
    if (bucket === 'idle') return;
    busy += timeDeltas[index];
    const { total, functions } = buckets.get(bucket) ?? { total: 0, functions: new Map() };
    const name = `${functionName || '(anonymous)'} ${url.split('/').slice(-2).join('/')}`;
    functions.set(name, (functions.get(name) ?? 0) + timeDeltas[index]);
    buckets.set(bucket, { total: total + timeDeltas[index], functions });
  });
  for (const [bucket, { total, functions }] of [...buckets].sort(([, a], [, b]) => b.total - a.total)) {
    const share = total / busy;
    const top = [...functions]
      .sort(([, a], [, b]) => b - a)
      .slice(0, 4)
      .map(([name, time]) => `${name} ${((time / busy) * 100).toFixed(1)}%`);
    console.log(
      `${bucket.padEnd(24)} ${(share * 100).toFixed(1).padStart(5)}%  ${(share * perRequest * 1_000).toFixed(0).padStart(5)} µs  ${top.join(', ')}`,
    );
  }
}
