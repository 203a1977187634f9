import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';

import { rolldown } from 'rolldown';
import { createServer as createViteServer } from 'vite';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { guideRequestOf } from '../../src/pages/guide-request.js';
import type { GuideRequest } from '../../src/pages/guide-request.js';
import { openBrowser } from '../support/browser.js';
import { startHaven } from '../support/haven.js';
import { httpExamplesOf, play } from '../support/http-examples.js';
import { describeWith } from '../support/programs.js';

const haven = startHaven(['cors.origins=*'], { keys: true });
const execute = promisify(execFile);
const LIMIT_BYTES = 15 * 1_024;

/** An empty project into which the packed package is installed. */
let project: string;
let key: string;

/** Runs a program in the project. Returns its output and exit code. */
async function run(script: string, ...args: string[]): Promise<{ code: number; output: string }> {
  try {
    const { stdout, stderr } = await execute(process.execPath, [script, ...args], { cwd: project });
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, output: stdout + stderr };
  }
}

const command = (...args: string[]) => run('node_modules/haven-records/dist/bin.js', ...args);
const compile = (...options: string[]) => run(resolve('node_modules/typescript7/bin/tsc'), '-p', '.', ...options);

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'haven-client-'));
  await execute(process.execPath, ['tools/client.ts']);
  const { stdout } = await execute('npm', ['pack', '--json', '--pack-destination', project], {
    cwd: 'packages/client',
  });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  await mkdir(join(project, 'node_modules/haven-records'), { recursive: true });
  await execute('tar', ['-xzf', filename, '-C', 'node_modules/haven-records', '--strip-components=1'], {
    cwd: project,
  });
  await writeFile(join(project, 'package.json'), '{"type":"module"}');
  const compilerOptions = {
    target: 'ES2022',
    lib: ['ES2022', 'DOM', 'DOM.AsyncIterable'],
    module: 'nodenext',
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    verbatimModuleSyntax: true,
    skipLibCheck: false,
    outDir: 'out',
  };
  await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
});
afterAll(() => rm(project, { recursive: true, force: true }));

beforeEach(async () => {
  const headers = await haven.as(haven.tenant);
  key = headers['authorization']?.replace('Bearer ', '') ?? '';
  const put = (name: string, settings: object) => haven.rest('PUT', `/collections/${name}`, settings, headers);
  const person = { type: 'string', format: 'uuid', 'x-haven-ref': { collection: 'people' } };
  await put('people', {
    schema: {
      type: 'object',
      required: ['name'],
      properties: { name: { type: 'string' }, mentor: person, address: { $ref: '#/$defs/Address' } },
      $defs: { Address: { type: 'object', properties: { city: { type: 'string' } } } },
    },
  });
  await put('movies', {
    description: 'Films for the cinema.',
    schema: {
      type: 'object',
      required: ['title', 'status'],
      properties: {
        title: { type: 'string' },
        year: { type: 'integer' },
        status: { enum: ['planned', 'released'], 'x-haven-default': 'planned' },
        director: person,
        cast: { type: 'array', items: person },
      },
    },
    indexes: [
      { path: 'title', unique: true },
      { paths: ['year', 'title'], unique: true },
    ],
  });
  await put('notes-of-all', {});
});

/** Runs in Node after it was compiled, and in a browser. */
const PROGRAM = `
import { ConflictError, createClient } from 'haven-records';

import type { Schema } from './schema.js';

export async function program(url: string, key: string): Promise<unknown[]> {
  const client = createClient<Schema>({ url, key });
  const movies = client.collection('movies');
  const feed = client.changes({ collection: 'movies', after: 'earliest', where: { year: { _gte: 1970 } } });
  const ridley = await client.collection('people').create({ name: 'Ridley', address: { city: 'London' } });
  const alien = await movies.create({ title: 'Alien', year: 1979, director: ridley.id, cast: [ridley.id] });
  const status: 'planned' | 'released' = alien.data.status;
  const log: unknown[] = [status];
  for await (const { data, expanded } of movies.list({
    where: { year: { _gte: 1970 }, status: { _in: ['planned'] }, title: { _startsWith: 'A' }, cast: { _some: { _eq: ridley.id }, _size: 1 } },
    orderBy: ['-year', 'title', '$createdAt'],
    expand: ['director.mentor', 'cast'],
  })) {
    const city: string | undefined = expanded.director?.data.address?.city;
    log.push(data.title, city, expanded.cast.map((person) => person.data.name), expanded.director?.expanded.mentor);
  }
  const changed = await movies.update(alien, { status: 'released', year: 1980 });
  const conflict: unknown = await movies.update(alien, { year: null }).catch((error: unknown) => error);
  if (conflict instanceof ConflictError) log.push(conflict.code, conflict.current?.version);
  const { dryRun } = await movies.delete(changed, { dryRun: true });
  const found = await movies.getBy('year,title', [1980, 'Alien'], { fields: ['status'] });
  log.push(dryRun.count, found.data);
  const { results } = await client.batch([
    { op: 'patch', collection: 'movies', id: alien.id, data: { year: 1 }, expectedVersion: changed.version },
    { op: 'create', collection: 'notes-of-all', data: { anything: [1, { a: null }] } },
  ]);
  log.push(results.map((result) => result.version));
  const { groups } = await movies.aggregate({ groupBy: ['status'], compute: { n: 'count', last: { max: 'year' } } });
  for (const { key: { status }, values } of groups) log.push(status satisfies 'planned' | 'released' | null, values);
  for await (const { effect, record } of feed) {
    log.push([effect, record?.data.year]);
    if (effect === 'left') break;
  }
  return log;
}
`;

const RUN = `
import { program } from './out/program.js';
console.log(JSON.stringify(await program(...process.argv.slice(2))));
`;

const RESULT = [
  'planned',
  ...['Alien', 'London', ['Ridley'], null],
  ...['VERSION_CONFLICT', 2],
  ...[1, { status: 'released' }],
  [3, 1],
  ...['released', { n: 1, last: 1 }],
  ...[
    ['entered', 1979],
    ['changed', 1980],
    ['left', 1],
  ],
];

/** Statements that the compiler refuses, each because of one mistake. */
const MISTAKES: [what: string, statement: string][] = [
  ['a member', 'movies.list({ where: { yaer: 1979 } })'],
  ['a member of new data', "movies.create({ title: 'Alien', yaer: 1979 })"],
  ['a missing member', 'movies.create({ year: 1979 })'],
  ['the type of a value', "movies.update(movie, { year: '1979' })"],
  ['a value of an enum', "movies.list({ where: { status: 'realeased' } })"],
  ['an operator', 'movies.list({ where: { year: { _gtee: 1979 } } })'],
  ['an operator for the type', "movies.list({ where: { year: { _startsWith: '19' } } })"],
  ['a condition on elements', 'movies.list({ where: { cast: { _some: { _gt: 1 } } } })'],
  [
    'a condition on members of elements that are no objects',
    "movies.list({ where: { cast: { _every: { name: 'Ridley' } } } })",
  ],
  ['a size', "movies.list({ where: { cast: { _size: '1' } } })"],
  ['metadata of an object in the data', "client.collection('people').list({ where: { address: { $id: '1' } } })"],
  ['a member to sort by', "movies.list({ orderBy: '-yaer' })"],
  ['a reference', "movies.list({ expand: 'title' })"],
  ['a reference of a reference', "movies.list({ expand: 'director.title' })"],
  [
    'a member of an expanded record',
    "movies.get('1', { expand: 'director' }).then((one) => one.expanded.director?.data.title)",
  ],
  ['a reference that is not expanded', "movies.get('1').then((one) => one.expanded)"],
  ['an option', 'movies.update(movie, { year: 1979 }, { dryrun: true })'],
  ['a search that is no text', 'movies.list({ where: { _search: 1 } })'],
  ['a search in a feed', "client.changes({ collection: 'movies', where: { _search: 'alien' } })"],
  ['the score among other members', "movies.list({ where: { _search: 'a' }, orderBy: ['$score', 'title'] })"],
  ['a member to group by', "movies.aggregate({ groupBy: ['yaer'] })"],
  ['a member to compute', "movies.aggregate({ compute: { total: { sum: 'yaer' } } })"],
  ['a function', "movies.aggregate({ compute: { total: { summ: 'year' } } })"],
  ['a bucket', "movies.aggregate({ groupBy: [{ path: 'title', bucket: 'moon' }] })"],
  ['a name to sort groups by', "movies.aggregate({ compute: { n: 'count' }, orderBy: '-m' })"],
  ['a column of having', "movies.aggregate({ compute: { n: 'count' }, having: { m: 1 } })"],
  ['a value of a group', "movies.aggregate({ compute: { n: 'count' } }).then(({ groups }) => groups[0]?.values.m)"],
  ['a collection', "client.collection('movis')"],
  ['a unique index', "movies.getBy('year', 1979)"],
  ['a value of a unique index', "movies.getBy('year,title', ['Alien', 1979])"],
  ['the data of an operation', "client.batch([{ op: 'create', collection: 'movies', data: { name: 'Alien' } }])"],
  ['the filter of a feed', "client.changes({ collection: 'movies', where: { name: 'Alien' } })"],
];

it('types the collections for the compiler, so that a program with mistakes is refused', async () => {
  const generated = await command('types', '--url', haven.url, '--key', key, '--out', 'schema.ts');
  expect(generated).toEqual({ code: 0, output: '' });
  await writeFile(join(project, 'program.ts'), PROGRAM);
  const readme = await readFile('packages/client/README.md', 'utf8');
  const examples = [...readme.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, example]) => example);
  await writeFile(join(project, 'readme.ts'), examples.join(''));
  expect(await compile()).toEqual({ code: 0, output: '' });
  await rm(join(project, 'readme.ts'));

  const head = [
    "import { createClient } from 'haven-records';",
    "import type { Schema } from './schema.js';",
    "const client = createClient<Schema>({ url: '' });",
    "const movies = client.collection('movies');",
    "const movie = { id: '1', version: 1 };",
  ];
  const statements = MISTAKES.map(([, statement]) => `void ${statement};`);
  await writeFile(join(project, 'mistakes.ts'), [...head, ...statements, 'export { movie };'].join('\n'));
  const { output } = await compile();
  await rm(join(project, 'mistakes.ts'));
  const lines = new Set([...output.matchAll(/mistakes\.ts\((\d+),/g)].map(([, line]) => Number(line)));
  const refused = MISTAKES.filter((_, index) => lines.has(head.length + 1 + index)).map(([what]) => what);
  expect(refused).toEqual(MISTAKES.map(([what]) => what));
  expect(lines.size).toBe(MISTAKES.length);
});

let compiled: Promise<unknown> | undefined;

/** Compiles the program once for the tests that run it: the types are the same for all their tenants. */
function compileProgram(): Promise<unknown> {
  compiled ??= (async () => {
    await command('types', '--url', haven.url, '--key', key, '--out', 'schema.ts');
    await writeFile(join(project, 'program.ts'), PROGRAM);
    return compile();
  })();
  return compiled;
}

it('runs in Node without any other package', async () => {
  await compileProgram();
  await writeFile(join(project, 'run.js'), RUN);
  const { code, output } = await run('run.js', haven.url, key);
  expect([code, JSON.parse(output)]).toEqual([0, RESULT]);
});

it('fails the check of types that are out of date, and says what is wrong with its arguments', async () => {
  const types = ['types', '--url', haven.url, '--key', key, '--out', 'checked.ts'];
  expect(await command(...types, '--check')).toMatchObject({ code: 1, output: expect.stringContaining('out of date') });
  await command(...types);
  expect(await command(...types, '--check')).toEqual({ code: 0, output: '' });
  expect(await command('types')).toMatchObject({ code: 1, output: expect.stringContaining('--url') });
  expect(await command('types', '--url', 'haven')).toMatchObject({ code: 1, output: expect.stringContaining('URL') });
  expect(await command('types', '--url', haven.url, '--key', 'no')).toMatchObject({
    code: 1,
    output: expect.stringMatching(/^UNAUTHENTICATED: /),
  });
  expect(await command('typs')).toMatchObject({ code: 1, output: expect.stringContaining('Usage') });
});

it(`is bundled into at most ${LIMIT_BYTES / 1_024} kB, minified and compressed`, async () => {
  await writeFile(join(project, 'entry.js'), "export * from 'haven-records';");
  const bundler = await rolldown({ cwd: project, input: 'entry.js', platform: 'browser' });
  const { output } = await bundler.generate({ format: 'esm', minify: true });
  expect(output).toHaveLength(1);
  expect(output[0].imports).toEqual([]);
  expect(gzipSync(output[0].code).length).toBeLessThan(LIMIT_BYTES);
});

describeWith('chromium', 'the package', () => {
  it('runs in a browser, on a page of another origin', async () => {
    await compileProgram();
    const imports = { imports: { 'haven-records': '/node_modules/haven-records/dist/index.js' } };
    const server = createServer((request, response) => {
      const path = request.url ?? '/';
      const isPage = path === '/';
      const sent = isPage
        ? Promise.resolve(`<script type="importmap">${JSON.stringify(imports)}</script>`)
        : readFile(join(project, path), 'utf8');
      sent.then(
        (body) => response.setHeader('content-type', isPage ? 'text/html' : 'text/javascript').end(body),
        () => response.writeHead(404).end(),
      );
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const browser = await openBrowser();
    try {
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      const result = await page.evaluate(
        `import('/out/program.js').then(({ program }) => program(${JSON.stringify(haven.url)}, ${JSON.stringify(key)}))`,
      );
      expect(result).toEqual(RESULT);
    } finally {
      await browser.close();
      server.close();
    }
  });
});

describe('the guide', () => {
  /** Sends the requests of a page in a tenant of its own. Returns its programs, for this server and with a key. */
  async function prepare(page: string): Promise<string[]> {
    const text = await readFile(`docs/${page}.md`, 'utf8');
    haven.tenant = randomUUID();
    const headers = await haven.as(haven.tenant);
    key = headers['authorization']?.replace('Bearer ', '') ?? '';
    await play(httpExamplesOf(text), haven.url, {}, async (request, url) => {
      const { method, target, headers: own, body } = requestOf(request);
      const response = await fetch(url + target, { method, headers: { ...own, ...headers }, ...(body && { body }) });
      return { status: response.status, text: await response.text() };
    });
    await command('types', '--url', haven.url, '--key', key, '--out', 'schema.ts');
    return [...text.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, program = '']) =>
      program
        .replaceAll("'hvn_…'", `'${key}'`)
        .replaceAll(/url: 'http:\/\/localhost:8080' }/g, `url: '${haven.url}', key: '${key}' }`)
        .replaceAll('http://localhost:8080', haven.url),
    );
  }

  function requestOf(text: string): GuideRequest {
    const request = guideRequestOf(text);
    if (!request) throw new Error(`Not a request: ${text}`);
    return request;
  }

  it('shows programs of the client that compile and run, in the order of the page', async () => {
    await rm(join(project, 'program.ts'), { force: true });
    await symlink(resolve('node_modules/@tanstack'), join(project, 'node_modules/@tanstack'));
    await writeFile(join(project, 'page.ts'), [...(await prepare('client-package')), 'process.exit();'].join('\n'));
    await writeFile(join(project, 'node.d.ts'), 'declare const process: { exit(): never };');
    expect(await compile('--skipLibCheck')).toEqual({ code: 0, output: '' });
    const { code, output } = await run('out/page.js');
    for (const line of [
      /^2 Alien \d{4}-/m,
      /^1979 Ridley Scott$/m,
      /^found Alien$/m,
      /^[\da-f-]{36} \d{4}-\d\d-01T00:00:00\+0[12]:00 1 1979$/m,
      /^1 null 1$/m,
      /^Version 2 is \{.*"?title"?: 'Alien'.*\}$/ms,
      /^UNIQUE_VIOLATION 409 /m,
      /^\[ 1, 1, 3 \]$/m,
      /^1 \[$/m,
      /^\S+ changed Alien$/m,
      /^true$/m,
      /^\[ 'Alien' \]$/m,
    ])
      expect(output).toMatch(line);
    expect(code).toBe(0);
    await rm(join(project, 'page.ts'));
  });

  it('shows a first program that compiles and runs, and does not compile with a wrong member', async () => {
    const [program = ''] = await prepare('five-minutes');
    await writeFile(join(project, 'app.ts'), program);
    expect(await compile()).toEqual({ code: 0, output: '' });
    expect(await run('out/app.js')).toEqual({ code: 0, output: 'Learn Haven\n' });
    const wrong = program
      .replace("where: { state: 'done' }", "where: { sate: 'done' }")
      .replace("'done' }", "'finished' }");
    await writeFile(join(project, 'app.ts'), wrong);
    const { output } = await compile();
    expect(output).toMatch(/'sate' does not exist in type/);
    expect(output).toMatch(/'"finished"' is not assignable to type/);
    await rm(join(project, 'app.ts'));
  });

  describeWith('chromium', 'in a browser', () => {
    it('shows a live page, whose windows show what the others add', async () => {
      await prepare('five-minutes');
      const text = await readFile('docs/live-page.md', 'utf8');
      const blockOf = (language: string) => new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, 'm').exec(text)?.[1] ?? '';
      await writeFile(join(project, 'index.html'), blockOf('html'));
      await writeFile(join(project, 'page.ts'), blockOf('ts'));
      expect(await compile()).toEqual({ code: 0, output: '' });
      const proxy = { '/api': { target: haven.url, headers: { authorization: `Bearer ${key}` } } };
      const server = await createViteServer({
        configFile: false,
        root: project,
        logLevel: 'error',
        server: { port: 0, host: '127.0.0.1', proxy },
      });
      await server.listen();
      const browser = await openBrowser();
      try {
        const url = server.resolvedUrls?.local[0] ?? '';
        const [first, second] = [await browser.newPage(), await browser.newPage()];
        for (const page of [first, second]) {
          await page.goto(url);
          await page.getByText('Buy milk').waitFor();
        }
        await first.getByLabel('New task').fill('Plant a tree');
        await first.getByRole('button').click();
        await second.getByText('Plant a tree').waitFor();
        const headers = { authorization: `Bearer ${key}` };
        const { body } = await haven.rest('GET', '/collections/tasks/records', undefined, headers);
        const task = body.items.find(({ data }: any) => data.title === 'Plant a tree');
        await haven.rest('PATCH', `/collections/tasks/records/${task.id}`, { data: { state: 'done' } }, headers);
        for (const page of [first, second]) {
          await page.getByText('Plant a tree').waitFor({ state: 'detached' });
          expect(await page.getByRole('listitem').allTextContents()).toEqual(['Buy milk']);
        }
      } finally {
        await browser.close();
        await server.close();
      }
    });
  });
});
