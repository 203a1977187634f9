import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { expect, it, vi } from 'vitest';

import { startHaven } from '../support/haven.js';

const haven = startHaven();
const run = promisify(execFile);
const examples = 'examples/typescript';

it.each(['rest.ts', 'graphql.ts'])(
  'runs %s, which loses no update, reads every page and handles an error',
  async (file) => {
    const { stdout } = await run(process.execPath, [join(examples, file), haven.url]);
    expect(JSON.parse(stdout)).toEqual({
      alien: { title: 'Alien', views: 10, seen: true },
      version: 12,
      titles: ['Heat', 'Metropolis', 'Parasite'],
      refused: ['/data/title: `title` is required.', '/data/views: `views` must be integer.'],
    });
  },
);

it('runs follow.ts, which resumes after it was killed', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'haven-examples-'));
  await haven.rest('POST', '/collections', { name: 'films' });
  const create = async (): Promise<string> =>
    (await haven.rest('POST', '/collections/films/records', { data: {} })).body.id;
  /** Runs follow.ts until it has printed `count` changes and stored its cursor. */
  const followed = async (count: number): Promise<string[]> => {
    const child = spawn(process.execPath, [join(examples, 'follow.ts'), haven.url, join(directory, 'cursor')]);
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    const { nextCursor } = (await haven.rest('GET', '/changes?after=earliest&limit=500')).body;
    try {
      await vi.waitFor(
        async () => {
          expect(output.split('\n')).toHaveLength(count + 1);
          expect(await readFile(join(directory, 'cursor'), 'utf8')).toBe(nextCursor);
        },
        { timeout: 20_000 },
      );
    } finally {
      child.kill('SIGKILL');
    }
    return output.trim().split('\n');
  };
  const inFeed = (count: number): Promise<void> =>
    vi.waitFor(async () => {
      expect((await haven.rest('GET', '/changes?after=earliest')).body.items).toHaveLength(count);
    }, 20_000);
  try {
    const first = [await create(), await create()];
    await inFeed(2);
    expect(await followed(2)).toEqual(first.map((id) => `record.created ${id} 1`));
    const second = [await create(), await create(), await create()];
    await inFeed(5);
    expect(await followed(3)).toEqual(second.map((id) => `record.created ${id} 1`));
  } finally {
    await rm(directory, { recursive: true });
  }
});

it('compiles them strictly against the generated types', async () => {
  await run('node_modules/typescript7/bin/tsc', ['-p', examples]);
});
