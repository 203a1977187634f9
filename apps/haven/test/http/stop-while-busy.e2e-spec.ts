import { expect, it } from 'vitest';

import { DatabaseCheck } from '@haven/database';

import { secondHaven, startHaven } from '../support/haven.js';

const haven = startHaven();

it('a server that stops does not abandon requests because long statements use all connections', async () => {
  await haven.rest('POST', '/collections', { name: 'films' });
  const { app, url } = await secondHaven(haven, ['database.poolSize=1', 'database.acquireTimeout=100ms']);
  await haven.sql('BEGIN');
  await haven.sql('LOCK TABLE haven.records IN ACCESS EXCLUSIVE MODE');
  const running = fetch(`${url}/api/v1/collections/films/records?count=exact`);
  const waiting = `SELECT count(*)::int AS count FROM pg_locks WHERE NOT granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
  await expect.poll(async () => (await haven.sql(waiting))[0].count, { timeout: 30_000 }).toBeGreaterThan(0);
  await app.get(DatabaseCheck).abandonIfSilent();
  await haven.sql('ROLLBACK');
  expect((await running).status).toBe(200);
  await app.close();
});
