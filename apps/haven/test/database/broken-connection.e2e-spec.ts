import { getDataSourceToken } from '@nestjs/typeorm';
import type { Pool } from 'pg';
import type { DataSource } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { expect, it } from 'vitest';

import { startHaven } from '../support/haven.js';

const haven = startHaven();

it('a checked-out connection that breaks while it is idle does not end the process', async () => {
  const pool: Pool = haven.app.get<DataSource & { driver: PostgresDriver }>(getDataSourceToken()).driver.master;
  const client = await pool.connect();
  await client.query('BEGIN'); // a pooler would close no connection whose transaction has ended
  const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
  const ended = new Promise((done) => client.once('end', done));
  await haven.sql('SELECT pg_terminate_backend($1)', [rows[0].pid]);
  await ended; // an unhandled `error` event would fail this file
  client.release(true);
  expect((await haven.rest('GET', '/collections')).status).toBe(200);
});
