import { describe, expect, it } from 'vitest';

import { LockTimeoutError, LockWait } from './lock-wait.js';

const HOLDER = {
  pid: 71,
  application: 'psql',
  user: 'ada',
  client: '10.0.0.5',
  connectedAt: new Date('2026-11-29T06:11:38.123Z'),
  transactionAt: new Date('2026-11-29T06:12:00Z'),
};
const PSQL =
  '"psql" (pid 71, user ada, from 10.0.0.5, connected since 2026-11-29T06:11:38Z, in a transaction since 2026-11-29T06:12:00Z)';

function startWait(timeout: number) {
  const said: string[] = [];
  const wait = new LockWait({
    subject: 'The migration',
    advice: 'Try later.',
    timeout,
    onWait: (message) => said.push(message),
  });
  return { wait, said };
}

describe('a wait for a lock', () => {
  it('is reported after a second, and then at growing intervals of at most a minute', () => {
    const { wait, said } = startWait(Infinity);
    const reported: number[] = [];
    for (let now = 0; now <= 300_000; now += 500) {
      const before = said.length;
      wait.observe([HOLDER], now);
      if (said.length > before) reported.push(now / 1_000);
    }
    expect(reported).toEqual([1, 2, 4, 8, 16, 32, 64, 124, 184, 244]);
    expect(said[1]).toBe(`The migration has waited 2 s for a lock that is held by ${PSQL}.`);
  });

  it('fails when the time is over, and names the last known holder', () => {
    const { wait } = startWait(3_000);
    wait.observe([HOLDER], 500);
    wait.observe([], 3_000);
    expect(() => wait.observe([], 3_500)).toThrow(
      new LockTimeoutError(
        `The migration has waited 3 s for a lock that is still held by ${PSQL}. Try later. ` +
          'If that session is stuck, end it: SELECT pg_terminate_backend(71);',
      ),
    );
  });

  it('starts again after its end', () => {
    const { wait } = startWait(3_000);
    wait.observe([HOLDER], 0);
    wait.end();
    wait.observe([HOLDER], 3_000);
    expect(() => wait.observe([HOLDER], 5_999)).not.toThrow();
    expect(() => wait.observe([HOLDER], 6_000)).toThrow(LockTimeoutError);
  });

  it('shows only what PostgreSQL shows of other sessions, and prepared transactions', () => {
    const { wait, said } = startWait(Infinity);
    const hidden = { ...HOLDER, client: null, connectedAt: null, transactionAt: null };
    wait.observe([hidden, { ...hidden, pid: null }, { ...HOLDER, client: null, transactionAt: null }], 0);
    wait.observe([], 1_000);
    expect(said).toEqual([
      'The migration has waited 1 s for a lock that is held by "psql" (pid 71, user ada) and ' +
        'a prepared transaction (see pg_prepared_xacts) and ' +
        '"psql" (pid 71, user ada, from a local socket, connected since 2026-11-29T06:11:38Z).',
    ]);
  });
});
