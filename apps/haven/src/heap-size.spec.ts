import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { expect, it } from 'vitest';

const MIB = 2 ** 20;

/** Runs with Haven's settings for the heap, in a process of its own. Prints sizes of V8's spaces. */
const PROGRAM = `
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { setImmediate } from 'node:timers/promises';
import { beginSmallHeap, settleHeap } from ${JSON.stringify(join(import.meta.dirname, 'heap-size.ts'))};

const size = (name) => getHeapSpaceStatistics().find((space) => space.space_name === name).space_size;
const lasting = [];
const allocate = (count) => {
  for (let n = 0; n < count; n++) lasting.push({ n, text: 'x' + n });
};

beginSmallHeap();
allocate(100_000);
const started = size('new_space');
settleHeap();
const content = size('old_space');
let largest = content;
for (let round = 0; round < 12; round++) {
  lasting.length = 100_000;
  allocate(100_000); // all of it is garbage one round later, but has survived the collections of the young generation
  await setImmediate();
  largest = Math.max(largest, size('old_space'));
}
const young = size('new_space');
setFlagsFromString('--expose-gc');
runInNewContext('gc')({ type: 'major', flavor: 'last-resort' }); // as V8 does when nothing happens
await setImmediate();
const shrunk = size('new_space');
for (let round = 0; round < 60 && size('new_space') < 32 * 2 ** 20; round++) {
  lasting.length = 100_000;
  allocate(100_000);
  await setImmediate();
}
console.log(JSON.stringify({ started, content, largest, young, shrunk, grown: size('new_space') }));
`;

it('bounds the growth of the heap by its content', () => {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', PROGRAM], {
    encoding: 'utf8',
  });
  expect(stderr).not.toMatch('Error');
  const { started, content, largest, young, shrunk, grown } = JSON.parse(stdout) as Record<string, number>;
  expect(started).toBeLessThanOrEqual(4 * MIB);
  expect(young).toBeLessThanOrEqual(64 * MIB); // V8 would let it grow to 128
  expect(shrunk).toBeLessThan(8 * MIB);
  expect(grown).toBeGreaterThanOrEqual(32 * MIB);
  expect(largest).toBeLessThan(2.5 * (content ?? 0) + 32 * MIB);
});
