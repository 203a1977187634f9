import { randomUUID } from 'node:crypto';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { secondHaven, startHaven } from '../support/haven.js';
import { describeWith } from '../support/programs.js';
import { TestRedis } from '../support/redis.js';

/** Limits with a window that does not end during a test. */
const LIMITS = ['rateLimits.perTenant=20', 'rateLimits.window=1h', 'rateLimits.redisTimeout=2s'];
const haven = startHaven();

type App = Awaited<ReturnType<typeof secondHaven>>;

/** Sends a read; returns its status and what remains of the tenant's limit. */
async function ask(
  { url }: App,
  tenant = haven.tenant,
): Promise<{ status: number; left: number; retryAfter: string | null }> {
  const { status, headers } = await fetch(`${url}/api/v1/collections`, { headers: { 'x-test-tenant': tenant } });
  const [, left] = /"tenant";r=(\d+)/.exec(headers.get('ratelimit') ?? '') ?? [];
  return { status, left: Number(left), retryAfter: headers.get('retry-after') };
}

describeWith('redis', 'with Redis', () => {
  let redis: TestRedis;
  let one: App;
  let other: App;
  let strict: App;
  beforeAll(async () => {
    redis = await TestRedis.start();
    const shared = [...LIMITS, `rateLimits.redisUrl=${redis.url}`];
    one = await secondHaven(haven, shared);
    other = await secondHaven(haven, shared);
    strict = await secondHaven(haven, [...shared, 'rateLimits.onStoreFailure=closed']);
  });
  afterAll(async () => {
    await Promise.all([one, other, strict].map((each) => each?.app.close()));
    await redis?.kill();
  });
  beforeEach(async () => {
    await vi.waitFor(async () => {
      const tenant = randomUUID();
      const counted = [await ask(one, tenant), await ask(other, tenant), await ask(strict, tenant)];
      expect(counted.map(({ left }) => left)).toEqual([19, 18, 17]); // all processes count in Redis
    }, 20_000);
  });

  it('all processes count together, and rejected requests cost nothing', async () => {
    const asked = [];
    for (let turn = 0; turn < 12; turn++) asked.push(await ask(one), await ask(other));
    expect(asked.map(({ left }) => left)).toEqual([...Array(20).keys()].toReversed().concat([0, 0, 0, 0]));
    expect(asked.map(({ status }) => status)).toEqual([...Array(20).fill(200), 429, 429, 429, 429]);
    expect(Number(asked.at(-1)?.retryAfter)).toBeGreaterThan(3_000);
  });

  it('a batch that exceeds the limit costs nothing in any process', async () => {
    const operations = Array.from({ length: 17 }, () => ({ op: 'create', collection: 'films', data: {} }));
    const refused = await fetch(`${one.url}/api/v1/batch`, {
      method: 'POST',
      body: JSON.stringify({ operations }),
      headers: { 'x-test-tenant': haven.tenant, 'content-type': 'application/json' },
    });
    expect(refused.status).toBe(429);
    expect(await ask(other)).toMatchObject({ status: 200, left: 14 });
  });

  describe('that is unavailable', () => {
    afterEach(() => redis.start());

    it('each process counts separately, also during requests', async () => {
      const answers: number[] = [];
      const stopped = new AbortController();
      const run = async (): Promise<void> => {
        while (!stopped.signal.aborted) answers.push((await ask(one, randomUUID())).status);
      };
      const running = [run(), run(), run(), run()];
      await vi.waitFor(() => expect(answers.length).toBeGreaterThan(20), 20_000);
      await redis.kill();
      const before = answers.length;
      await vi.waitFor(() => expect(answers.length).toBeGreaterThan(before + 20), 20_000);
      stopped.abort();
      await Promise.all(running);
      expect(new Set(answers)).toEqual(new Set([200]));
      const statuses = [];
      for (let turn = 0; turn < 22; turn++) statuses.push((await ask(one)).status);
      expect(statuses).toEqual([...Array(20).fill(200), 429, 429]);
      expect((await ask(other)).left).toBe(19);
    });

    it('all requests are rejected with rateLimits.onStoreFailure=closed', async () => {
      await redis.kill();
      await vi.waitFor(async () => expect((await ask(strict)).status).toBe(503), 20_000);
      expect((await ask(strict)).retryAfter).toBe('1');
      expect((await fetch(`${strict.url}/livez`)).status).toBe(200);
    });
  });

  it('that hangs is not used for a while', async () => {
    redis.freeze();
    const statuses = [];
    for (let turn = 0; turn < 21; turn++) statuses.push((await ask(one)).status);
    redis.thaw();
    expect(statuses).toEqual([...Array(20).fill(200), 429]);
  });
});
