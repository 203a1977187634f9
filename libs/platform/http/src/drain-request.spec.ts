import { Readable } from 'node:stream';

import type { FastifyReply, FastifyRequest } from 'fastify';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { drainRequest } from './drain-request.js';

const MIB = 1_024 * 1_024;
const CHUNK = 64 * 1_024;

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

/** Creates a request whose body is `size` bytes that are available at once, and drains it. */
function drained(size: number) {
  const state = { discarded: 0, ended: false };
  let left = size;
  const body = new Readable({
    highWaterMark: CHUNK,
    read() {
      const length = Math.min(CHUNK, left);
      left -= length;
      this.push(length === 0 ? null : Buffer.alloc(length));
    },
  });
  const raw = Object.assign(body, { complete: false, socket: { destroySoon: () => undefined } });
  drainRequest({ raw } as unknown as FastifyRequest, { removeHeader: () => undefined } as unknown as FastifyReply);
  raw.on('data', ({ length }: Buffer) => (state.discarded += length));
  raw.once('end', () => (state.ended = true));
  return state;
}

/** Lets the streams emit what they can before the next interval. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
}

it('discards at most 1 MiB of all refused bodies in an interval, and each of them completely', async () => {
  const bodies = [3, 3, 2].map((size) => drained(size * MIB));
  const total = (): number => bodies.reduce((sum, { discarded }) => sum + discarded, 0);
  await settle();
  let intervals = 1;
  for (; bodies.some(({ ended }) => !ended) && intervals < 50; intervals++) {
    expect(total()).toBeLessThanOrEqual(intervals * MIB + bodies.length * CHUNK);
    await vi.advanceTimersByTimeAsync(50);
    await settle();
  }
  expect(total()).toBe(8 * MIB);
  expect(intervals).toBeGreaterThanOrEqual(8);
});
