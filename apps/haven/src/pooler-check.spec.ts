import type { Client } from 'pg';
import { expect, it } from 'vitest';

import { sharesSessions } from './pooler-check.js';

/** A connection that received `processID` at its startup and runs its statements in the sessions `pids`, in order. */
function connection(processID: number, pids: (number | Error)[]): Client {
  const query = async () => {
    const pid = pids.length > 1 ? pids.shift() : pids[0];
    if (pid instanceof Error) throw pid;
    return { rows: [{ pid }] };
  };
  return { processID, query, end: async () => undefined } as unknown as Client; // the check uses only these members
}

it('asks a direct connection once and opens no other', async () => {
  const open = () => Promise.reject(new Error('opened'));
  expect(await sharesSessions(connection(7, [7]), open)).toBe(false);
});

it.each([
  ['both connections use one session', [7], [7], true],
  ['the first connection moves to another session', [7, 7, 9], [8], true],
  ['the second connection moves to another session', [7], [8, 8, 8, 9], true],
  ['each connection keeps its session', [7], [8], false],
  ['there is no session for the second connection', [7], [new Error('timeout')], false],
])('behind a pooler, detects that %s', async (_case, first, second, expected) => {
  expect(await sharesSessions(connection(1, first), async () => connection(2, second))).toBe(expected);
});
