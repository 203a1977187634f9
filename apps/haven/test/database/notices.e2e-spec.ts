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

/** What is heard on a channel. */
async function heard(pubSub: PgPubSub, channel: string): Promise<(string | undefined)[]> {
  const payloads: (string | undefined)[] = [];
  await pubSub.subscribe(channel, (payload) => payloads.push(payload));
  return payloads;
}

it('are heard once in every process, and at once where they are made', async () => {
  const [mine, theirs, elsewhere] = [await heard(here, 'a'), await heard(there, 'a'), await heard(there, 'b')];
  here.publish('a', 'news');
  expect(mine).toEqual(['news']);
  there.publish('a', 'answer');
  await vi.waitFor(
    () => expect([mine, theirs]).toEqual([['news', 'answer'], expect.arrayContaining(['news', 'answer'])]),
    PATIENCE,
  );
  expect(elsewhere).toEqual([]);
});

it('are gathered: the same news many times costs few statements', async () => {
  const theirs = await heard(there, 'c');
  const pool = await statementsOf(async () => {
    for (let times = 0; times < 1_000; times++) here.publish('c', 'x');
    here.publish('c', 'last');
    await vi.waitFor(() => expect(theirs).toContain('last'), PATIENCE);
  });
  expect(theirs.filter((payload) => payload === 'x')).toHaveLength(1);
  expect(pool).toEqual([]);
});

it('tell that something may have been missed when the connection was lost, and come through again', async () => {
  const theirs = await heard(there, 'd');
  await haven.sql(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'haven-notices'",
  );
  await vi.waitFor(() => expect(theirs).toContain(undefined), PATIENCE);
  here.publish('d', 'after');
  await vi.waitFor(() => expect(theirs).toContain('after'), PATIENCE);
});

it('are no longer heard by who has left', async () => {
  const payloads: unknown[] = [];
  const leave = await here.subscribe('e', (payload) => payloads.push(payload));
  leave();
  here.publish('e', 'late');
  expect(payloads).toEqual([]);
});
