import { getDataSourceToken } from '@nestjs/typeorm';
import type { Pool } from 'pg';
import type { DataSource } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { expect, it } from 'vitest';

import { startHaven } from '../support/haven.js';

const haven = startHaven();

it('a connection that breaks while it is taken and nothing runs on it does not end the process', async () => {
  const pool: Pool = haven.app.get<DataSource & { driver: PostgresDriver }>(getDataSourceToken()).driver.master;
  const client = await pool.connect();
  const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
  const ended = new Promise((done) => client.once('end', done));
  await haven.sql('SELECT pg_terminate_backend($1)', [rows[0].pid]);
  await ended; // an error that nobody hears would have failed this file
  client.release(true);
  expect((await haven.rest('GET', '/collections')).status).toBe(200);
});
