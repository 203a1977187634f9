import { execFile, spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { gunzipSync, gzipSync } from 'node:zlib';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { program } from '../../src/cli/program.js';
import { startHaven } from '../support/haven.js';
import { at, compileCache } from '../support/process.js';

const OPERATOR = `hvn_${'0'.repeat(16)}_${'1'.repeat(64)}`;
const CLI = resolve('dist/apps/haven/src/cli.js');
const server = startHaven([`auth.operatorKey=${OPERATOR}`, 'auth.open=false', 'limits.importBatch=2']);

let directory: string;
let key: string;
let number = 0;
let collection: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'haven-cli-'));
  key = OPERATOR;
});
afterAll(() => rm(directory, { recursive: true, force: true }));
beforeEach(() => {
  collection = `c${number++}`; // all commands use the operator's tenant
});

interface Output {
  code: number | null;
  stdout: string;
  stderr: string;
}

function launch(args: string[], env: Record<string, string> = {}, cwd = directory): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [CLI, ...args], {
    cwd,
    env: {
      PATH: process.env['PATH'],
      TMPDIR: directory,
      ...compileCache(),
      HAVEN_URL: server.url,
      HAVEN_KEY: key,
      ...env,
    },
    stdio: 'pipe',
  });
}

async function run(
  args: string[],
  { input = '', env = {} as Record<string, string>, cwd = directory } = {},
): Promise<Output> {
  const child = launch(args, env, cwd);
  child.stdin.on('error', () => undefined).end(input); // a command may end without reading it
  const closed = once(child, 'close');
  const [stdout, stderr] = await Promise.all([child.stdout, child.stderr].map((stream) => text(stream)));
  const [code] = (await closed) as [number | null];
  return { code, stdout: stdout ?? '', stderr: stderr ?? '' };
}

async function json(args: string[], input?: string): Promise<any> {
  const { code, stdout, stderr } = await run([...args, '--json'], { input });
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
}

const file = async (name: string, content: string | Buffer): Promise<string> => {
  await writeFile(join(directory, name), content);
  return name;
};
const documents = async () =>
  (await json(['records', 'query', collection, '--sort', '$id', '--limit', '0'])).map(({ data }: any) => data);

describe('collections and records', () => {
  it('have TypeScript types, which types prints, writes and compares', async () => {
    const settings = '{"schema":{"type":"object","required":["n"],"properties":{"n":{"type":"integer"}}}}';
    await json(['collections', 'create', collection, '--settings', settings]);
    const { code, stdout } = await run(['types']);
    expect([code, stdout]).toEqual([0, expect.stringContaining(`  ${collection}: {`)]);
    expect(stdout).toContain('  n: number;');
    expect(await run(['types', '--out', 'types.ts'])).toMatchObject({ code: 0, stdout: '' });
    expect(await readFile(join(directory, 'types.ts'), 'utf8')).toBe(stdout);
    expect(await run(['types', '--out', 'types.ts', '--check'])).toMatchObject({ code: 0 });
    await writeFile(join(directory, 'types.ts'), '');
    expect(await run(['types', '--out', 'types.ts', '--check'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('types.ts is out of date'),
    });
  });

  it('can be created, read, changed and deleted', async () => {
    const schema = await file('schema.json', '{"type":"object","properties":{"n":{"type":"integer"}}}');
    const created = await json(['collections', 'create', collection, '--schema', `@${schema}`]);
    expect(created).toMatchObject({ name: collection, schema: { type: 'object' } });
    await json(['collections', 'update', collection, '--settings', '{"requirePrecondition":true}']);
    expect(await json(['collections', 'get', collection])).toMatchObject({ requirePrecondition: true, revision: 2 });

    const record = await json(['records', 'create', collection, '{"n":1,"m":"x"}']);
    expect(record).toMatchObject({ version: 1, data: { n: 1, m: 'x' } });
    const piped = await json(['records', 'create', collection, '-'], '{"n":2}');
    const unchecked = await run(['records', 'patch', collection, record.id, '{"n":3}']);
    expect(unchecked).toMatchObject({ code: 1, stderr: expect.stringMatching(/^PRECONDITION_REQUIRED: /) });
    const patched = await json(['records', 'patch', collection, record.id, '{"n":3}', '--if-version', '1']);
    expect(patched).toMatchObject({ version: 2, data: { n: 3, m: 'x' } });
    expect((await json(['records', 'get', collection, record.id])).version).toBe(2);

    const table = await run(['records', 'query', collection, '--filter', '{"n":3}']);
    expect(table.stdout.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['$ID', '$VERSION', expect.stringMatching(/^[MN]$/), expect.stringMatching(/^[MN]$/)],
      [record.id, '2', expect.anything(), expect.anything()],
      [''],
    ]);
    expect(table.stdout).not.toContain('\u001b');
    await json(['records', 'delete', collection, piped.id, '--if-version', '1']);
    await json(['records', 'delete', collection, record.id, '--if-version', '2']);
    expect((await run(['records', 'query', collection])).stdout).toBe('none\n');
    expect(await json(['collections', 'delete', collection])).toEqual({ deleted: collection });
  });

  it('report what is wrong with a document before it is sent', async () => {
    const { code, stderr } = await run(['records', 'create', collection, '{n:1}']);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^The document is not valid JSON: .* single quotes\.\n$/),
    ]);
  });
});

describe('aggregate', () => {
  const lines = [
    '{"genre":"Drama","price":10,"released":"2001-02-28T23:30:00Z"}',
    '{"genre":"Drama","price":2.5,"released":"2001-03-01T00:30:00Z"}',
    '{"genre":"Crime","price":"free","released":"2001-03-31T12:00:00Z"}',
  ];
  const rowsOf = ({ code, stdout, stderr }: Output): unknown => [
    code,
    stderr,
    stdout.split('\n').map((row) => row.split(/ {2,}/)),
  ];
  beforeEach(async () => {
    await json(['import', collection, await file('sales.ndjson', lines.join('\n'))]);
  });

  it('counts all records by default', async () => {
    expect(rowsOf(await run(['aggregate', collection]))).toEqual([0, '', [['COUNT'], ['3'], ['']]]);
  });

  it('prints a table of groups, with what was ignored', async () => {
    const compute = 'n=count,total=sum:price,p50=percentile:price:0.5';
    const args = ['aggregate', collection, '--group-by', 'genre', '--compute', compute, '--sort', '-n'];
    expect(rowsOf(await run(args))).toEqual([
      0,
      '',
      [
        ['GENRE', 'N', 'TOTAL', 'P50', 'IGNORED'],
        ['Drama', '2', '12.5', '6.25'],
        ['Crime', '1', '0', 'null', 'total: 1, p50: 1'],
        [''],
      ],
    ]);
  });

  it('passes buckets, time zones, filters and limits', async () => {
    const args = ['aggregate', collection, '--group-by', 'm=released:month:Europe/Oslo', '--group-by', 'genre'];
    const limits = ['--filter', '{"genre":{"_ne":"Crime"}}', '--having', '{"count":{"_gte":2}}', '--limit', '1'];
    expect(await json([...args, ...limits])).toEqual({
      groups: [{ key: { m: '2001-03-01T00:00:00+01:00', genre: 'Drama' }, values: { count: 2 }, ignored: {} }],
      truncated: false,
    });
    const short = await run(['aggregate', collection, '--group-by', 'genre', '--limit', '1']);
    expect(short).toMatchObject({ code: 0, stderr: 'There are more groups; use --limit.\n' });
    const past = await json(['aggregate', collection, '--as-of', '2001-01-01T00:00:00Z']);
    expect(past.groups).toEqual([{ key: {}, values: { count: 0 }, ignored: {} }]);
  });

  it('prints where the query is wrong', async () => {
    const { code, stdout, stderr } = await run(['aggregate', collection, '--group-by', 'released:month:Mars/Base']);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^AGGREGATE_INVALID: [^]*\/groupBy\/0\/timeZone/);
    const malformed = await run(['aggregate', collection, '--compute', 'total=sum']);
    expect([malformed.code, malformed.stderr]).toEqual([1, expect.stringMatching(/^--compute "total=sum" must have/)]);
  });
});

it('searches by words, best matches first', async () => {
  const settings = '{"search":{"paths":["title","plot"],"language":"english"}}';
  await json(['collections', 'create', collection, '--settings', settings]);
  const lines = [
    '{"title":"Dune","year":2021,"plot":"A desert planet."}',
    '{"title":"Stars","year":1999,"plot":"Dunes, and planets of dunes."}',
    '{"title":"Heat","year":1995,"plot":"A film of the city."}',
  ];
  await json(['import', collection, await file('films.ndjson', lines.join('\n'))]);
  const titles = async (...args: string[]): Promise<string[]> =>
    (await json(['search', collection, ...args])).map(({ data }: any) => data.title);
  expect(await titles('dune')).toEqual(['Dune', 'Stars']); // waits until the search index is built
  expect(await titles('dune', 'planets', '--sort', 'year')).toEqual(['Stars', 'Dune']);
  expect(await titles('planet -city', '--filter', '{"year":{"_gte":2000}}')).toEqual(['Dune']);
  expect(await titles('"desert planet"')).toEqual(['Dune']);
  expect(await titles('cit*', '--limit', '0')).toEqual(['Heat']);
  const { stdout } = await run(['search', collection, 'dune', '--fields', 'title', '--limit', '1']);
  expect(stdout.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
    ['$ID', '$VERSION', 'TITLE'],
    [expect.any(String), '1', 'Dune'],
    [''],
  ]);
  expect((await run(['search', collection, 'nothing'])).stdout).toBe('none\n');
});

it('imports by a unique index with --upsert-by, and reads a record with --by', async () => {
  const created = await server.rest(
    'PUT',
    `/collections/${collection}`,
    { indexes: [{ path: 'email', unique: true }] },
    { authorization: `Bearer ${key}` },
  );
  expect(created.status).toBe(201);
  const lines = await file('users.ndjson', '{"email":"ann@x.org","n":1}\n{"email":"bob@x.org","n":1}\n');
  const args = ['import', collection, lines, '--upsert-by', 'email'];
  expect(await json(args)).toMatchObject({ created: 2, updated: 0 });
  expect(await json(args)).toMatchObject({ created: 0, updated: 2 });
  const read = await json(['records', 'get', collection, 'ann@x.org', '--by', 'email']);
  expect(read).toMatchObject({ version: 2, data: { email: 'ann@x.org', n: 1 } });
  const both = await run([
    'records',
    'get',
    collection,
    'ann@x.org',
    '--by',
    'email',
    '--as-of',
    '2026-01-01T00:00:00Z',
  ]);
  expect([both.code, both.stderr]).toEqual([1, expect.stringContaining('--as-of')]);
});

describe('an import of CSV', () => {
  const csv = 'Ware;Preis;PLZ\n"Käse ""alt""";3,50;01067\n"";4;99999\n';

  it.each([
    ['waren.csv', csv],
    ['waren.csv.gz', gzipSync(`\uFEFF${csv}`)],
  ])('reads the file %s twice', async (name, content) => {
    const { code, stdout } = await run(['import', collection, await file(name, content)]);
    expect([code, stdout.split('\n').slice(1)]).toEqual([
      0,
      ['Read with ; between cells and a decimal comma; number: Preis; text: Ware, PLZ', ''],
    ]);
    expect(await documents()).toEqual([
      { Ware: 'Käse "alt"', Preis: 3.5, PLZ: '01067' },
      { Ware: '', Preis: 4, PLZ: '99999' },
    ]);
  });

  it('is read in the same way from a pipe', async () => {
    const report = await json(['import', collection, '-', '--format', 'csv', '--types', 'Preis:text'], csv);
    expect(report).toMatchObject({ imported: 2, csv: { delimiter: ';', columns: [{}, { type: 'text' }, {}] } });
    expect((await documents())[0]).toEqual({ Ware: 'Käse "alt"', Preis: '3,50', PLZ: '01067' });
  });

  it.each(['file', 'pipe'])('creates nothing if the %s is malformed, and says which lines are', async (kind) => {
    const broken = `${csv}a;b\n\nc\n`;
    const args = kind === 'file' ? [await file('broken.csv', broken)] : ['-', '--format', 'csv'];
    const { code, stdout, stderr } = await run(['import', collection, ...args], { input: broken });
    expect([code, stdout, stderr.split('\n')]).toEqual([
      1,
      '',
      [
        'MALFORMED_CSV: Line 4: The row has 2 cells, but the header has 3. There is 1 more error.',
        '  Line 4: The row has 2 cells, but the header has 3.',
        '  Line 6: The row has 1 cell, but the header has 3.',
        '',
      ],
    ]);
    expect((await run(['collections', 'get', collection])).stderr).toMatch(/^NOT_FOUND: /);
  });

  it('says that records may be stored only if that is unknown', async () => {
    const long = `{"a":"${'x'.repeat(1024 * 1024)}"}\n`;
    const refused = await run(['import', collection, await file('long.ndjson', `{}\n{}\n${long}`)]);
    expect(refused.stderr).toMatch(/Before that, 2 records were stored and 0 lines were refused\.\n$/);
    const unauthenticated = await run(['import', collection, 'long.ndjson'], { env: { HAVEN_KEY: 'x' } });
    expect(unauthenticated.stderr).toMatch(/^UNAUTHENTICATED: [^\n]*\n$/);
    const misplaced = await run(['import', collection, 'long.ndjson', '--types', 'a:text']);
    expect(misplaced.stderr).toBe('--types applies only to CSV; this file is read as ndjson.\n');
    const unreachable = await run(['import', collection, 'long.ndjson'], { env: { HAVEN_URL: 'http://127.0.0.1:1' } });
    expect(unreachable.stderr).toMatch(/^No Haven server responds [^\n]*\n$/);
  });
});

it('exports CSV, compressed if the name of the file says so', async () => {
  await json(['import', collection, await file('x.ndjson', '{"a":1.5,"b":"x;y"}\n{"a":2}\n')]);
  const format = ['--data-only', '--columns', 'a,b', '--delimiter', 'semicolon', '--decimal', 'comma'];
  expect((await run(['export', collection, '--format', 'csv', ...format])).stdout).toBe('a;b\n1,5;"x;y"\n2;\n');
  expect(await json(['export', collection, '--out', 'y.csv.gz', ...format])).toEqual({ collection, file: 'y.csv.gz' });
  expect(gunzipSync(await readFile(join(directory, 'y.csv.gz'))).toString()).toBe('a;b\n1,5;"x;y"\n2;\n');
  expect((await json(['import', collection, 'y.csv.gz'])).imported).toBe(2);
});

it('exports what a filter matches that is longer than a URL may be', async () => {
  await json(['import', collection, await file('x.ndjson', '{"n":1}\n{"n":2}\n{"n":3}\n')]);
  const others = Array.from({ length: 100 }, (_, n) => `${n}`.repeat(200));
  const filter = await file('filter.json', JSON.stringify({ n: { _in: [1, 2, ...others] } }));
  const { stdout, stderr } = await run(['export', collection, '--data-only', '--filter', `@${filter}`]);
  expect(stderr).toBe('');
  expect(stdout.trim().split('\n').toSorted()).toEqual(['{"n": 1}', '{"n": 2}']);
});

it('follows the changes of a collection', async () => {
  await json(['collections', 'create', collection]);
  await json(['records', 'create', collection, '{"n":1}']);
  const child = launch(['tail', collection, '--after', 'earliest']);
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  await expect.poll(() => output, { timeout: 20_000 }).toMatch(/created .*"n":1/);
  await json(['records', 'create', collection, '{"n":2}']);
  await expect
    .poll(() => output.split('\n'), { timeout: 20_000 })
    .toEqual([
      expect.stringMatching(/^\d\d:\d\d:\d\d created {2}c\d+ \S{36} v1 \{"n":1\}$/),
      expect.stringMatching(/"n":2/),
      '',
    ]);
  child.kill('SIGINT');
  await once(child, 'close');
  const unknown = await run(['tail', collection, '--after', 'nonsense']);
  expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringMatching(/^CURSOR_INVALID: /)]);
});

it('finds a server that was started in the same directory, whatever its port', async () => {
  const [place, elsewhere] = [join(directory, 'place'), join(directory, 'elsewhere')];
  await Promise.all([mkdir(place), mkdir(elsewhere)]);
  const env = {
    ...at(server.address),
    HAVEN_ENV: 'local',
    HAVEN_LOG_FORMAT: 'json',
    PORT: '0',
    HAVEN_OPERATOR_KEY: OPERATOR,
  };
  const child = launch(['start'], env, place);
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  await expect.poll(() => output, { timeout: 60_000 }).toContain('Haven listens');
  const [origin = ''] = /http:\/\/[\w.:]+/.exec(output) ?? [];
  const url = async (cwd: string) =>
    JSON.parse((await run(['open', '--json'], { env: { HAVEN_URL: '' }, cwd })).stdout).url;
  await expect.poll(() => url(place), { timeout: 20_000 }).toBe(`${origin}/`);
  expect(await url(elsewhere)).toBe('http://127.0.0.1:8080/');
  child.kill('SIGTERM');
  await once(child, 'close');
  expect(await url(place)).toBe('http://127.0.0.1:8080/');
});

it('names the nearest command', async () => {
  expect((await run(['imprt'])).stderr).toContain('(Did you mean import?)');
  expect((await run(['records', 'qeury'])).stderr).toContain('(Did you mean query?)');
});

it('has --json for every command that prints a result', async () => {
  const { stdout } = await run(['completion', 'fish']);
  const commands = [...stdout.matchAll(/-a ([\w-]+)/g)].map(([, name]) => name);
  expect(commands).toEqual(expect.arrayContaining(['records', 'query', 'tail', 'backup']));
  const lacking: string[] = [];
  const visit = (command: ReturnType<typeof program>, path: string): void => {
    for (const each of command.commands) visit(each, `${path} ${each.name()}`.trim());
    const isLeaf = command.commands.length === 0 && !['start', 'completion', 'json', 'types'].includes(path);
    if (isLeaf && !command.options.some(({ long }) => long === '--json')) lacking.push(path);
  };
  visit(program(), '');
  expect(lacking).toEqual([]);
  expect((await json(['config'])).server.port).toBe(8080);
});

it('completes commands and options in bash', async () => {
  const complete = async (...words: string[]): Promise<string[]> => {
    const script = `source <("${process.execPath}" "${CLI}" completion bash)
      COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _haven; echo "\${COMPREPLY[@]}"`;
    const { stdout } = await promisify(execFile)('bash', ['-c', script], { env: { PATH: process.env['PATH'] } });
    return stdout.trim().split(' ');
  };
  expect(await complete('haven', 're')).toEqual(['records', 'rebuild', 'restore']);
  expect(await complete('haven', 'records', 'query', '--fi')).toEqual(['--filter', '--fields']);
  expect(await complete('haven', 'aggregate', 'movies', '--g')).toEqual(['--group-by']);
  expect(await complete('haven', 'sea')).toEqual(['search']);
  expect(await complete('haven', 'records', 'query', 'movies', '--js')).toEqual(['--json']);
});
