import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

import { rolldown } from 'rolldown';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';

import { startHaven } from '../support/haven.js';
import { httpExamplesOf, play } from '../support/http-examples.js';

const haven = startHaven();
/** The tools send no header, so their requests belong to the tenant of the current test. */
const tenant = randomUUID();
const CLIENT = resolve('packages/client/src/index.ts');

let page: string;
let directory: string;

/** Returns the first block of a language below a heading. */
function blockOf(heading: string, language: string): string {
  const section = page.slice(page.indexOf(`### ${heading}\n`));
  const [, block = ''] = new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'm').exec(section) ?? [];
  return block.replaceAll('http://localhost:8080', haven.url);
}

/** Returns the arguments of a command below a heading. */
function argumentsOf(heading: string, command: string): string[] {
  const section = page.slice(page.indexOf(`### ${heading}\n`));
  const [line = ''] = new RegExp(`^npx ${command}.*$`, 'm').exec(section) ?? [];
  return line.replaceAll('http://localhost:8080', haven.url).split(' ').slice(2);
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(join(directory, file)), { recursive: true });
  await writeFile(join(directory, file), text);
}

/** Runs a program in the directory. Returns its output, also if it fails. */
async function run(program: string, ...args: string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(program, args, { cwd: directory }).catch((error) => error);
  return stdout + stderr;
}

const tool = (name: string, ...args: string[]) => run(resolve('node_modules/.bin', name), ...args);

/** Returns the errors of the compiler in a file and those that it imports. */
async function compile(file: string): Promise<string> {
  const compilerOptions = {
    noEmit: true,
    strict: true,
    skipLibCheck: true,
    target: 'es2023',
    lib: ['es2023', 'dom', 'dom.asynciterable'],
    module: 'nodenext',
    types: [],
    paths: { 'haven-records': [CLIENT] },
  };
  await write('check.json', JSON.stringify({ compilerOptions, files: [file] }));
  return run(process.execPath, resolve('node_modules/typescript7/bin/tsc'), '-p', 'check.json');
}

/** Runs a program with the client of this repository. */
async function start(file: string): Promise<string> {
  const bundler = await rolldown({
    input: join(directory, file),
    platform: 'node',
    resolve: { alias: { 'haven-records': CLIENT } },
  });
  await bundler.write({ file: join(directory, 'program.mjs'), format: 'esm' });
  return run(process.execPath, 'program.mjs');
}

beforeAll(async () => {
  page = await readFile('docs/typed-graphql.md', 'utf8');
  haven.tenant = tenant;
  await play(httpExamplesOf(page), haven.url);
  directory = await mkdtemp(join(tmpdir(), 'haven-recipes-'));
  await symlink(resolve('node_modules'), join(directory, 'node_modules'));
  await write('package.json', '{"type":"module"}');
});
beforeEach(() => {
  haven.tenant = tenant;
});
afterAll(() => rm(directory, { recursive: true }));

it('GraphQL Codegen makes types with which the program of the guide compiles and runs', async () => {
  const program = blockOf('GraphQL Codegen', 'ts');
  await write('codegen.yml', blockOf('GraphQL Codegen', 'yaml'));
  await write('src/recent.ts', program);
  await tool('graphql-codegen', ...argumentsOf('GraphQL Codegen', 'graphql-codegen'));
  expect(await compile('src/recent.ts')).toBe('');
  expect(await start('src/recent.ts')).toBe('Alien 1980 Ridley Scott\n');
  await write('src/recent.ts', program.replace('year: { _gte', 'yaer: { _gte'));
  expect(await compile('src/recent.ts')).toContain('yaer');
});

it('gql.tada derives types with which the program of the guide compiles and runs', async () => {
  const program = blockOf('gql.tada', 'ts');
  await write('tsconfig.json', blockOf('gql.tada', 'json'));
  await write('retitle.ts', program);
  await tool('gql.tada', ...argumentsOf('gql.tada', 'gql.tada generate-schema'));
  await tool('gql.tada', 'generate-output');
  expect(await compile('retitle.ts')).toBe('');
  const { body } = await haven.graphql('{ movieByTitle(title: "Alien") { _id } }');
  const call = `\nconsole.log(await retitle({ id: '${body.data.movieByTitle._id}', data: { title: 'Alien!' } }));`;
  await write('call.ts', program + call);
  expect(await start('call.ts')).toBe('Alien!\n');
  await write('call.ts', program + call.replace('title', 'titel'));
  expect(await compile('call.ts')).toContain('titel');
});
