import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { expect, it } from 'vitest';

import { startHaven } from './support/haven.js';

const haven = startHaven();
const run = promisify(execFile);
const examples = 'examples/typescript';

it('finds the generated types as the contracts make them (npm run examples:generate writes them)', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'haven-examples-'));
  try {
    const openapi = await run('npm', ['run', '--silent', 'examples:openapi'], { maxBuffer: 2 ** 24 });
    await run('npm', ['run', '--silent', 'examples:graphql', '--', '--output', join(directory, 'graphql.d.ts')]);
    expect(await readFile(join(examples, 'generated/openapi.d.ts'), 'utf8')).toBe(openapi.stdout);
    const graphql = await readFile(join(directory, 'graphql.d.ts'), 'utf8');
    expect(await readFile(join(examples, 'generated/graphql.d.ts'), 'utf8')).toBe(graphql);
  } finally {
    await rm(directory, { recursive: true });
  }
});

it.each(['rest.ts', 'graphql.ts'])(
  'runs %s, which loses no update, reads every page and understands a refusal',
  async (file) => {
    const { stdout } = await run(process.execPath, [join(examples, file), haven.url]);
    expect(JSON.parse(stdout)).toEqual({
      alien: { title: 'Alien', views: 10, seen: true },
      version: 12,
      titles: ['Heat', 'Metropolis', 'Parasite'],
      refused: ['/data/title is required.', '/data/views must be integer.'],
    });
  },
);

it('compiles them strictly, and only as the contracts are', async () => {
  await run('node_modules/.bin/tsc', ['-p', examples]);
});
