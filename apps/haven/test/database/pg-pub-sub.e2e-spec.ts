import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';

import { PgPubSub } from '@haven/database';

import { createApp } from '../../src/app.js';
import { startHaven, testConfig } from '../support/haven.js';
import { statementsOf } from '../support/statements.js';

const haven = startHaven();
const PATIENCE = { timeout: 20_000, interval: 10 };
let other: NestFastifyApplication;
let here: PgPubSub;
let there: PgPubSub;

beforeAll(async () => {
  other = await createApp(testConfig(), haven.address);
  here = haven.app.get(PgPubSub);
  there = other.get(PgPubSub);
});

afterAll(async () => {
  await other.close();
});

/** Subscribes to a channel and returns the array to which its payloads are added. */
async function payloadsOf(pubSub: PgPubSub, channel: string): Promise<(string | undefined)[]> {
  const payloads: (string | undefined)[] = [];
  await pubSub.subscribe(channel, (payload) => payloads.push(payload));
  return payloads;
}

it('delivers a payload once in every process, and immediately in the publishing one', async () => {
  const [mine, theirs] = [await payloadsOf(here, 'a'), await payloadsOf(there, 'a')];
  const elsewhere = await payloadsOf(there, 'b');
  here.publish('a', 'one');
  expect(mine).toEqual(['one']);
  there.publish('a', 'two');
  await vi.waitFor(
    () => expect([mine, theirs]).toEqual([['one', 'two'], expect.arrayContaining(['one', 'two'])]),
    PATIENCE,
  );
  expect(elsewhere).toEqual([]);
});

it('combines equal payloads, so that many of them cause few statements', async () => {
  const theirs = await payloadsOf(there, 'c');
  const pool = await statementsOf(async () => {
    for (let times = 0; times < 1_000; times++) here.publish('c', 'x');
    here.publish('c', 'last');
    await vi.waitFor(() => expect(theirs).toContain('last'), PATIENCE);
  });
  expect(theirs.filter((payload) => payload === 'x')).toHaveLength(1);
  expect(pool).toEqual([]);
});

it('reports a lost connection to subscribers, and delivers again after it', async () => {
  const theirs = await payloadsOf(there, 'd');
  await haven.sql(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'haven-notices'",
  );
  await vi.waitFor(() => expect(theirs).toContain(undefined), PATIENCE);
  here.publish('d', 'after');
  await vi.waitFor(() => expect(theirs).toContain('after'), PATIENCE);
});

it('delivers nothing after unsubscribing', async () => {
  const payloads: unknown[] = [];
  const unsubscribe = await here.subscribe('e', (payload) => payloads.push(payload));
  unsubscribe();
  here.publish('e', 'late');
  expect(payloads).toEqual([]);
});
