import { once } from 'node:events';
import { createServer } from 'node:net';

import { afterEach, expect, it } from 'vitest';

import { leaksSince, processState } from '../support/leaks.js';

// After every test file, support/setup.ts runs `leaksSince` and fails the file if anything leaked. This file must
// therefore remove what its tests leak.
afterEach(() => {
  delete process.env['HAVEN_TEST_LEAK'];
});

it('reports nothing if nothing leaks', () => {
  expect(leaksSince(processState())).toEqual([]);
});

it('reports an environment variable, a listener and a server', async () => {
  const state = processState();
  // Counts from 0: if a server of another test file closed during this test, the total would not change, which would
  // hide that the server of this test is open.
  const before = { ...state, handles: { ...state.handles, TCPServerWrap: 0 } };
  const listener = (): void => undefined;
  process.env['HAVEN_TEST_LEAK'] = 'yes';
  process.on('SIGUSR2', listener);
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  expect(leaksSince(before)).toEqual([
    'The variable HAVEN_TEST_LEAK has changed.',
    "A listener of the process's event SIGUSR2 is left.",
    'A TCPServerWrap is still open.',
  ]);
  process.off('SIGUSR2', listener);
  await new Promise((resolve) => server.close(resolve));
});
