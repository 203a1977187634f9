import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

import { Spectral } from '@stoplight/spectral-core';
import type { RulesetDefinition } from '@stoplight/spectral-core';
import { oas } from '@stoplight/spectral-rulesets';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { Access } from '@haven/kernel';
import { TenantDocuments } from '@haven/openapi';

import { HARD_COLLECTIONS } from '../support/hard-collections.js';

const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
const tool = (name: string): string => resolve('node_modules/.bin', name);

/** The other operations are those of the generic document, which has tests of its own. */
const RECORDS_ONLY = new Access(new Set(['records:read', 'records:write', 'collections:write', 'history:erase']));

let directory: string;

/** Runs a program in the directory of the document. Returns its output, also if it fails. */
async function run(program: string, args: string[]): Promise<string> {
  const options = { env, cwd: directory, maxBuffer: 100_000_000 };
  const { stdout, stderr } = await promisify(execFile)(program, args, options).catch((error) => error);
  return stdout || stderr;
}

beforeAll(async () => {
  const documents = new TenantDocuments(JSON.parse(await readFile('docs/openapi.json', 'utf8')));
  const types = { hash: '', collections: new Map() };
  const text = await documents.build({ sources: HARD_COLLECTIONS, types }, RECORDS_ONLY);
  directory = await mkdtemp(join(tmpdir(), 'haven-openapi-'));
  await symlink(resolve('node_modules'), join(directory, 'node_modules'));
  await writeFile(join(directory, 'package.json'), '{"type":"module"}');
  await writeFile(join(directory, 'openapi.json'), JSON.stringify({ servers: [{ url: '/' }], ...JSON.parse(text) }));
});
afterAll(() => rm(directory, { recursive: true }));

describe('the document of a tenant with schemas that are hard for tools', () => {
  it("satisfies redocly's recommended rules without a warning", async () => {
    const output = await run(tool('redocly'), ['lint', 'openapi.json', '--extends', 'recommended', '--format', 'json']);
    const { problems } = JSON.parse(output.slice(output.indexOf('{')));
    expect(problems.map((problem: any) => [problem.ruleId, problem.message, problem.location[0]?.pointer])).toEqual([]);
  });

  it("satisfies spectral's rules for OpenAPI without a warning", async () => {
    const spectral = new Spectral();
    spectral.setRuleset({ extends: [oas as RulesetDefinition] }); // its type has no `extends`, which is optional
    const problems = await spectral.run(await readFile(join(directory, 'openapi.json'), 'utf8'));
    // Spectral decodes `%20` in the path of an index with a space, and then finds an operation with only references.
    const misread = ({ path }: { path: (string | number)[] }) => String(path[1]).includes('Major Genre');
    expect(problems.filter((problem) => !misread(problem))).toEqual([]);
  });

  it('makes a strict client with openapi-typescript, by the commands of the guide', async () => {
    const { args, sample } = await recipe('openapi-typescript openapi.json');
    await run(tool('openapi-typescript'), args);
    expect(await compile(WITH_TYPES, sample)).toBe('');
  });

  it('makes a strict client with hey-api, by the commands of the guide', async () => {
    const { args, sample } = await recipe('openapi-ts');
    await run(tool('openapi-ts'), [...args, '--silent']);
    expect(await compile(WITH_CLIENT, sample)).toBe('');
  });
});

/** Returns the arguments of a command in the guide, and the next sample after it. */
async function recipe(command: string): Promise<{ args: string[]; sample: string }> {
  const guide = await readFile('docs/clients.md', 'utf8');
  const [, line = '', sample = ''] =
    new RegExp(`npx (${command}[^\n]*)\n.*?\n\`\`\`ts\n(.*?)\`\`\``, 's').exec(guide) ?? [];
  return { args: line.split(' ').slice(1), sample };
}

/** Returns the compiler's errors in two programs, and in the generated files that they import. */
async function compile(program: string, sample: string): Promise<string> {
  await writeFile(join(directory, 'program.ts'), program);
  await writeFile(join(directory, 'sample.ts'), sample);
  const options = '--noEmit --ignoreConfig --strict --skipLibCheck --module esnext --moduleResolution bundler';
  const lib = ['--target', 'es2023', '--lib', 'es2023,dom,dom.iterable'];
  const tsc = resolve('node_modules/typescript7/bin/tsc');
  return run(process.execPath, [tsc, ...options.split(' '), ...lib, 'program.ts', 'sample.ts']);
}

/** A wrong member, a missing one, and a wrong value each fail, and so does everything that the tool reads as `any`. */
const WITH_TYPES = `
import createClient from 'openapi-fetch';
import type { components, paths } from './types.js';

type Schemas = components['schemas'];
const client = createClient<paths>({ baseUrl: 'http://localhost:8080' });

export const { data, error } = await client.POST('/api/v1/collections/movies/records', {
  body: { data: { title: 'Alien', 'Major Genre': 'Horror', studio: { city: 'London', parent: { city: 'Rome' } } } },
});
export const genre: 'Horror' | 'Drama' | null | undefined = data?.data['Major Genre'];
export const released: string | undefined = data?.data.released;
export const director: string | undefined = data?.expanded?.director?.data.name;
export const sequel: string | undefined = data?.data.sequels?.[0]?.title;
export const code: Schemas['Problem']['code'] | undefined = error?.code;
const media = data?.data.media;
if (media?.kind === 'dvd') media.discs satisfies number;
await client.POST('/api/v1/collections/movies/query', {
  body: { filter: { year: { _gte: 1979 }, studio: { city: 'London' }, _or: [{ title: { _like: 'A%' } }] } },
});
await client.PATCH('/api/v1/collections/movies/records/{id}', {
  params: { path: { id: '1' } },
  body: { data: { studio: { parent: null }, year: null } },
});
export const thing: Schemas['Thing'] = { size: 1 };

// @ts-expect-error no such member
export const wrong: Schemas['Movie'] = { title: 'Alien', 'Major Genre': null, released: '', tilte: '' };
// @ts-expect-error a required member is missing
export const missing: Schemas['MovieInput'] = { title: 'Alien' };
// @ts-expect-error not one of the values
export const value: Schemas['MoviePatch'] = { 'Major Genre': 'Comedy' };
// @ts-expect-error a required member cannot be removed
export const removed: Schemas['MoviePatch'] = { title: null };
// @ts-expect-error no such member
export const filter: Schemas['MovieFilter'] = { tilte: 'Alien' };
// @ts-expect-error not a number
export const size: Schemas['Thing'] = { size: '1' };
// @ts-expect-error no such collection
void client.GET('/api/v1/collections/moovies/records');
`;

const WITH_CLIENT = `
import { createMovie, getMovieByTitleAndYear, listMovies, queryThings, updateMovie } from './client/sdk.gen';
import type { Movie, Thing } from './client/types.gen';

const { data } = await createMovie({ body: { data: { title: 'Alien', 'Major Genre': 'Horror' } } });
export const title: string | undefined = data?.data.title;
export const director: string | undefined = (await listMovies()).data?.items[0]?.expanded?.director?.data.name;
export const size: number | undefined = (await queryThings({ body: {} })).data?.items[0]?.data.size;
await getMovieByTitleAndYear({ path: { value: 'Alien,1979' } });
await updateMovie({ path: { id: '1' }, body: { data: { year: null, studio: { city: 'Rome' } } } });
export const thing: Thing = { size: 1 };

// @ts-expect-error no such member
export const wrong: Movie = { title: 'Alien', 'Major Genre': null, released: '', tilte: '' };
// @ts-expect-error a required member is missing
await createMovie({ body: { data: { title: 'Alien' } } });
// @ts-expect-error not one of the values
await createMovie({ body: { data: { title: 'Alien', 'Major Genre': 'Comedy' } } });
`;
