import { randomUUID } from 'node:crypto';

import { beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { UnitOfWork } from '@haven/database';
import { Access, HavenError, sqlState } from '@haven/kernel';
import type { Caller } from '@haven/kernel';

import { secondHaven, startHaven } from '../support/haven.js';

const RETRIES = 2;
const haven = startHaven([`database.retries=${RETRIES}`]);
let uow: UnitOfWork;
let caller: Caller;

beforeAll(() => {
  uow = haven.app.get(UnitOfWork);
});

beforeEach(() => {
  caller = callerOf(haven.tenant);
});

describe('one transaction', () => {
  it('commits what the work wrote and returns its result', async () => {
    const id = randomUUID();
    expect(await uow.run(caller, async () => (await write(id, 1), 'result'))).toBe('result');
    expect(await stored(id)).toEqual([1]);
  });

  it('is joined by a nested unit of work', async () => {
    const id = randomUUID();
    const seen = await uow.run(caller, async () => {
      await write(id, 1);
      const inner = await uow.run(caller, async () => [await transactionId(), uow.current(), await readInside(id)]);
      return [inner, [await transactionId(), uow.current(), 1]];
    });
    expect(seen[0]).toEqual(seen[1]);
  });

  it('rolls back what a nested unit of work wrote', async () => {
    const id = randomUUID();
    const failing = uow.run(caller, async () => {
      await uow.run(caller, () => write(id, 1));
      throw new Error('the outer work fails');
    });
    await expect(failing).rejects.toThrow('the outer work fails');
    expect(await stored(id)).toEqual([]);
  });

  it('is not shared with a concurrent unit of work', async () => {
    const both = barrier(2);
    const run = () =>
      uow.run(caller, async () => {
        await both();
        return transactionId();
      });
    const [one, other] = await Promise.all([run(), run()]);
    expect(one).not.toBe(other);
  });

  it('uses READ COMMITTED, whatever the default of the database', async () => {
    const [{ name }] = await haven.sql('SELECT current_database() AS name');
    await haven.sql(`ALTER DATABASE ${name} SET default_transaction_isolation = 'repeatable read'`);
    const { app } = await secondHaven(haven); // its connections are new, so the altered default applies to them
    try {
      const level = await app.get(UnitOfWork).read(caller, { text: 'SHOW transaction_isolation', values: [] });
      expect(level).toEqual([['read committed']]);
    } finally {
      await app.close();
      await haven.sql(`ALTER DATABASE ${name} RESET default_transaction_isolation`);
    }
  });

  it('is open only during the work', async () => {
    expect(() => uow.current()).toThrow('No unit of work is open.');
    await uow.run(caller, async () => expect(uow.current().caller).toBe(caller));
    expect(() => uow.current()).toThrow('No unit of work is open.');
  });

  it('has one tenant: work for another tenant is rejected before it starts', async () => {
    const id = randomUUID();
    let began = false;
    const run = uow.run(caller, async () => {
      await write(id, 1);
      return uow.run(callerOf(randomUUID()), async () => void (began = true));
    });
    await expect(run).rejects.toThrow('The open unit of work belongs to another tenant.');
    expect(began).toBe(false);
    expect(await stored(id)).toEqual([]);
  });

  it('sets the tenant of the caller in PostgreSQL', async () => {
    expect(await uow.run(caller, () => uow.current().query('SELECT haven.current_tenant() AS tenant'))).toEqual([
      { tenant: caller.tenantId },
    ]);
  });
});

describe('a failure', () => {
  it('rolls everything back and rethrows the error unchanged', async () => {
    const id = randomUUID();
    const thrown = new HavenError('NOT_FOUND', 'No such thing.');
    const run = uow.run(caller, async () => {
      await write(id, 1);
      throw thrown;
    });
    await expect(run).rejects.toBe(thrown);
    expect(await stored(id)).toEqual([]);
  });

  it('of a statement fails the transaction even if the work catches it', async () => {
    const id = randomUUID();
    let isNotified = false;
    const run = uow.run(caller, async () => {
      await write(id, 1);
      uow.current().afterCommit(() => void (isNotified = true));
      await uow
        .current()
        .query('SELECT 1 / 0')
        .catch(() => undefined);
    });
    await expect(run).rejects.toThrow();
    expect(await stored(id)).toEqual([]);
    expect(isNotified).toBe(false);
  });

  it('releases its connection, even after more failures than the pool has connections', async () => {
    for (let n = 0; n < 25; n++) await expect(uow.run(caller, () => raise('P0001'))).rejects.toThrow();
    expect(await uow.run(caller, async () => 'served')).toBe('served');
  });

  it('that is neither a deadlock nor a serialization failure is not retried', async () => {
    let attempts = 0;
    const run = uow.run(caller, async () => {
      attempts += 1;
      await raise('23505');
    });
    await expect(run).rejects.toSatisfy((error) => sqlState(error) === '23505');
    expect(attempts).toBe(1);
  });
});

describe('a retry', () => {
  it('lets both of two deadlocked transactions succeed', async () => {
    const [one, two] = [randomUUID(), randomUUID()];
    await uow.run(caller, async () => {
      await write(one, 0);
      await write(two, 0);
    });
    const bothHoldOne = barrier(2);
    const states: (string | undefined)[] = [];
    let attempts = 0;
    const swap = (first: string, second: string) =>
      uow.run(caller, async () => {
        attempts += 1;
        await increment(first);
        await bothHoldOne();
        await increment(second).catch((error: unknown) => {
          states.push(sqlState(error));
          throw error;
        });
      });
    await Promise.all([swap(one, two), swap(two, one)]);
    // Usually PostgreSQL aborts one of the transactions. On a busy machine, both may detect the deadlock and be
    // aborted.
    expect(new Set(states)).toEqual(new Set(['40P01']));
    expect(attempts).toBe(2 + states.length);
    expect([await stored(one), await stored(two)]).toEqual([[2], [2]]);
  });

  it('after a serialization failure leaves nothing of the failed attempt', async () => {
    const [first, last] = [randomUUID(), randomUUID()];
    let attempts = 0;
    const response = await uow.run(caller, async () => {
      attempts += 1;
      await write(attempts > RETRIES ? last : first, attempts);
      if (attempts <= RETRIES) await raise('40001');
      return attempts;
    });
    expect(response).toBe(RETRIES + 1);
    expect([await stored(first), await stored(last)]).toEqual([[], [RETRIES + 1]]);
  });

  it.each(['40001', '40P01'])('of %s ends after database.retries, as UNAVAILABLE', async (state) => {
    let attempts = 0;
    const run = uow.run(caller, async () => {
      attempts += 1;
      await raise(state);
    });
    await expect(run).rejects.toMatchObject({ code: 'UNAVAILABLE', status: 503 });
    expect(attempts).toBe(RETRIES + 1);
  });

  it('repeats the outermost work, not only the nested one', async () => {
    const attempts = { outer: 0, inner: 0 };
    await uow.run(caller, async () => {
      attempts.outer += 1;
      await uow.run(caller, async () => {
        attempts.inner += 1;
        if (attempts.inner === 1) await raise('40001');
      });
    });
    expect(attempts).toEqual({ outer: 2, inner: 2 });
  });
});

describe('an after-commit listener', () => {
  it('runs after the commit is visible to others, and not before', async () => {
    const id = randomUUID();
    const seen: Promise<number[]>[] = [];
    await uow.run(caller, async () => {
      await write(id, 1);
      uow.current().afterCommit(() => void seen.push(stored(id)));
      await uow.run(caller, async () => uow.current().afterCommit(() => void seen.push(stored(id))));
      await uow.current().query('SELECT 1');
      expect(seen).toEqual([]);
    });
    expect(seen).toHaveLength(2);
    expect(await Promise.all(seen)).toEqual([[1], [1]]);
  });

  it('does not run if the transaction is rolled back', async () => {
    let isNotified = false;
    const run = uow.run(caller, async () => {
      uow.current().afterCommit(() => void (isNotified = true));
      throw new Error('no');
    });
    await expect(run).rejects.toThrow('no');
    expect(isNotified).toBe(false);
  });

  it('runs only for the attempt that commits', async () => {
    const notified: number[] = [];
    let attempts = 0;
    await uow.run(caller, async () => {
      const attempt = ++attempts;
      uow.current().afterCommit(() => void notified.push(attempt));
      if (attempt === 1) await raise('40001');
    });
    expect(notified).toEqual([2]);
  });
});

describe('a rehearsal', () => {
  const TIMEOUT = { timeout: 60_000 };

  it('returns what the work returns, whose nested units of work see its writes, and changes nothing', async () => {
    const id = randomUUID();
    let notified = 0;
    const result = await uow.rehearse(
      caller,
      async () => {
        await write(id, 1);
        uow.afterCommit(() => void notified++);
        const inside = await uow.run(caller, async () => {
          uow.afterCommit(() => void notified++);
          return [await readInside(id), uow.isRehearsal];
        });
        return [inside, await uow.write(caller, { text: 'SELECT 1', values: [] })];
      },
      TIMEOUT,
    );
    expect(result).toEqual([[1, true], expect.arrayContaining([[['1']]])]);
    expect([await stored(id), notified, uow.isRehearsal]).toEqual([[], 0, false]);
  });

  it('throws what the work throws, retries it, and cannot be part of another transaction', async () => {
    const thrown = new HavenError('NOT_FOUND', 'No such thing.');
    await expect(uow.rehearse(caller, () => Promise.reject(thrown), TIMEOUT)).rejects.toBe(thrown);
    let attempts = 0;
    const work = async () => (++attempts === 1 ? raise('40001') : undefined);
    await uow.rehearse(caller, work, TIMEOUT);
    expect(attempts).toBe(2);
    const nested = uow.run(caller, () => uow.rehearse(caller, async () => undefined, TIMEOUT));
    await expect(nested).rejects.toThrow('cannot be part of another one');
  });

  it('fails if the commit would fail', async () => {
    const check = uow.rehearse(
      caller,
      async () => {
        await uow.current().query('CREATE TEMPORARY TABLE late (n integer UNIQUE DEFERRABLE INITIALLY DEFERRED)');
        await uow.current().query('INSERT INTO late VALUES (1), (1)');
      },
      TIMEOUT,
    );
    await expect(check).rejects.toSatisfy((error) => sqlState(error) === '23505');
  });

  it('ends after the timeout, in a statement or before the next one, and leaves a usable connection', async () => {
    const id = randomUUID();
    for (const wait of [() => uow.current().query('SELECT pg_sleep(60)'), () => cancelled()]) {
      const work = async () => {
        await write(id, 1);
        await wait();
        await write(id, 2);
      };
      await expect(uow.rehearse(caller, work, { timeout: 20 })).rejects.toMatchObject({ code: 'QUERY_TIMEOUT' });
      expect(await uow.run(caller, async () => 'served')).toBe('served');
    }
    expect(await stored(id)).toEqual([]);
  });

  /** Waits until statements of the open transaction are refused. */
  async function cancelled(): Promise<void> {
    const isRefused = () =>
      uow
        .current()
        .query('SELECT 1')
        .then(
          () => false,
          () => true,
        );
    while (!(await isRefused()));
  }
});

function callerOf(tenantId: string): Caller {
  return { tenantId, actor: 'tester', traceId: '0'.repeat(32), access: Access.full };
}

/** Returns a function that waits until it was called `parties` times; later calls do not wait. */
function barrier(parties: number): () => Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let waiting = 0;
  return () => {
    if (++waiting >= parties) resolve();
    return promise;
  };
}

async function write(id: string, n: number): Promise<void> {
  await uow
    .current()
    .query(
      'INSERT INTO haven.records (collection_id, id, version, data, created_at, updated_at) VALUES (1, $1, 1, $2, now(), now())',
      [id, JSON.stringify({ n })],
    );
}

async function increment(id: string): Promise<void> {
  await uow
    .current()
    .query("UPDATE haven.records SET data = jsonb_build_object('n', (data->>'n')::integer + 1) WHERE id = $1", [id]);
}

async function readInside(id: string): Promise<number | undefined> {
  return (
    await uow.current().query<{ n: number }>("SELECT (data->>'n')::integer AS n FROM haven.records WHERE id = $1", [id])
  )[0]?.n;
}

async function transactionId(): Promise<string | undefined> {
  return (await uow.current().query<{ id: string }>('SELECT pg_current_xact_id()::text AS id'))[0]?.id;
}

/** Makes PostgreSQL fail with the given SQLSTATE. */
async function raise(state: string): Promise<void> {
  await uow.current().query(`DO $$ BEGIN RAISE SQLSTATE '${state}'; END $$`);
}

/** Returns a record as other transactions see it, bypassing row security. */
async function stored(id: string): Promise<number[]> {
  return (
    await haven.sql<{ n: number }>("SELECT (data->>'n')::integer AS n FROM haven.records WHERE id = $1", [id])
  ).map(({ n }) => n);
}
