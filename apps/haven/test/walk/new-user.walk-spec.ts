import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { openBrowser } from '../support/browser.js';
import { playShell, shellExamplesOf } from '../support/shell-examples.js';

// The first hour of a new user, step by step, in a fresh clone of the last commit: `npm run walk`. Each step needs the
// ones before. It needs Chromium and a package registry, and is not a part of the tests.

const source = process.cwd();
const CSV = '\uFEFFArtikel;Preis;PLZ\r\nÄpfel;1,50;01067\r\n"Käse ""alt""";12,25;99999\r\n';
const GOODS = [
  { Artikel: 'Äpfel', Preis: 1.5, PLZ: '01067' },
  { Artikel: 'Käse "alt"', Preis: 12.25, PLZ: '99999' },
];
const URQL = `
import { Client, fetchExchange } from '@urql/core';
const methods = [];
const send = (url, options) => (methods.push(options.method), fetch(url, options));
const client = new Client({ url: process.argv[1], exchanges: [fetchExchange], fetch: send });
const { data, error } = await client.query('{ records(collection: "movies", first: 1) { totalCount } }', {});
console.log(JSON.stringify({ methods, data, error }));
`;

let directory: string;
let clone: string;
let server: ChildProcess;
let url: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'haven-walk-'));
  clone = join(directory, 'haven');
});
afterAll(async () => {
  if (server?.exitCode === null) await stop();
  await rm(directory, { recursive: true, force: true });
});

it('clones and installs', async () => {
  await run('git', ['clone', '--quiet', source, clone], source);
  await run('npm', ['ci', '--no-audit', '--no-fund']);
});

it('starts', async () => {
  url = await start();
  expect(await textOf('/', { accept: 'text/html' })).toContain('href="/docs/guide"');
  expect(await textOf('/docs/guide/tour')).toContain('>curl</label>');
});

it('takes the tour', async () => {
  await playShell(shellExamplesOf(await readFile(join(clone, 'docs/tour.md'), 'utf8')), url, { cwd: clone });
});

it('sends a query with urql, which uses GET', async () => {
  await run('npm', ['install', '--no-audit', '--no-fund', '--prefix', directory, '@urql/core', 'graphql'], directory);
  const printed = await run('node', ['--input-type=module', '--eval', URQL, `${url}/graphql`], directory);
  expect(JSON.parse(printed)).toEqual({ methods: ['GET'], data: { records: { totalCount: expect.any(Number) } } });
});

it('follows changes in the IDE', async () => {
  const browser = await openBrowser();
  try {
    const page = await browser.newPage();
    const query = 'subscription { changes(collection: "movies") { type record { data } } }';
    await page.goto(`${url}/graphql?${new URLSearchParams({ query })}`);
    await page.getByRole('button', { name: /Execute query/ }).click();
    const result = page.locator('.result-window .view-lines');
    await expect.poll(() => result.innerText(), { timeout: 30_000 }).toContain('"ready"');
    await npx('records', 'create', 'movies', '{"Title":"Solaris"}');
    await expect.poll(() => result.innerText(), { timeout: 30_000 }).toContain('"Solaris"');
  } finally {
    await browser.close();
  }
});

it('executes each operation in Swagger UI', async () => {
  const file = 'apps/haven/test/pages/swagger-ui.slow-spec.ts';
  await run('npx', ['vitest', 'run', '--project', 'slow', file], clone, { HAVEN_TEST_REQUIRE: 'chromium' });
});

it('imports a European CSV over REST and on the command line', async () => {
  await npx('collections', 'create', 'waren');
  const sent = await fetch(`${url}/api/v1/collections/waren/import`, {
    method: 'POST',
    headers: { 'content-type': 'text/csv' },
    body: CSV,
  });
  expect(await sent.json()).toMatchObject({ imported: 2, failed: 0 });
  const file = join(directory, 'waren.csv');
  await writeFile(file, CSV);
  expect(await npx('import', 'lager', file)).toContain('2 records imported into lager');
  for (const collection of ['waren', 'lager']) expect(await documentsOf(collection)).toEqual(GOODS);
});

it('backs up and restores', async () => {
  const file = join(directory, 'monday.backup');
  await npx('backup', file);
  await stop();
  const elsewhere = { HAVEN_DATA_DIR: join(directory, 'restored') };
  await run('npx', ['haven', 'restore', file], clone, elsewhere);
  url = await start(elsewhere);
  expect(await documentsOf('waren')).toEqual(GOODS);
  expect(JSON.parse(await textOf('/api/v1/collections/movies/records?count=exact&limit=1')).total).toBeGreaterThan(
    3_200,
  );
});

/** The environment of a user who has nothing of this checkout in the path. */
function environment(further: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(?:npm_|HAVEN_|VITEST|NODE_ENV$|INIT_CWD$)/.test(name));
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((part) => !part.startsWith(source));
  return { ...Object.fromEntries(own), PATH: path.join(delimiter), PORT: '0', ...further };
}

/** Runs a program and returns what it printed. Throws with its output if it fails. */
async function run(
  program: string,
  args: string[],
  cwd = clone,
  further: Readonly<Record<string, string>> = {},
): Promise<string> {
  const options = { cwd, env: environment(further), maxBuffer: 2 ** 26 };
  return (await promisify(execFile)(program, args, options)).stdout;
}

function npx(...args: string[]): Promise<string> {
  return run('npx', ['haven', ...args]);
}

/** Runs `npm start` on any free port. Returns the URL on the start screen once the server is ready. */
async function start(further: Readonly<Record<string, string>> = {}): Promise<string> {
  server = spawn('npm', ['start'], { cwd: clone, env: environment(further), detached: true });
  let printed = '';
  server.stdout?.on('data', (chunk) => (printed += chunk));
  server.stderr?.on('data', (chunk) => (printed += chunk));
  await expect.poll(() => printed, { timeout: 120_000 }).toContain('Press Ctrl-C to stop.');
  return /Overview +(http:\S+)\//.exec(printed)?.[1] ?? '';
}

/** Presses Ctrl-C: the signal reaches npm and Haven. */
async function stop(): Promise<void> {
  const ended = once(server, 'exit');
  process.kill(-(server.pid ?? 0), 'SIGINT');
  await ended;
}

async function textOf(path: string, headers: Record<string, string> = {}): Promise<string> {
  const response = await fetch(url + path, { headers });
  expect(response.status, path).toBe(200);
  return response.text();
}

async function documentsOf(collection: string): Promise<unknown[]> {
  const { items } = JSON.parse(await textOf(`/api/v1/collections/${collection}/records?sort=PLZ`));
  return items.map(({ data }: { data: unknown }) => data);
}
