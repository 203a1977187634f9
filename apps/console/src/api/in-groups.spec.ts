import { expect, test } from 'vitest';

import { inGroups } from './in-groups.js';

async function* failing(items: readonly number[]): AsyncGenerator<number> {
  yield* items;
  throw new Error('broken');
}

test('passes on the items before a failure', async () => {
  const groups: number[][] = [];
  const { signal } = new AbortController();
  const ended = inGroups(failing([1, 2]), { ms: 60_000, signal }, (items) => groups.push(items));
  await expect(ended).rejects.toThrow('broken');
  expect(groups).toEqual([[1, 2]]);
});

test('passes on nothing after the signal', async () => {
  const groups: number[][] = [];
  const signal = AbortSignal.abort();
  const ended = inGroups(failing([1]), { ms: 60_000, signal }, (items) => groups.push(items));
  await expect(ended).rejects.toThrow('broken');
  expect(groups).toEqual([]);
});
