import { beforeEach, expect, it } from 'vitest';

import { startHaven } from './support/haven.js';

const haven = startHaven();

/** As a replica is, until it is promoted: it reads, and refuses to write with SQLSTATE 25006. */
const readOnly = async (setting: 'on' | 'off') => {
  await haven.sql(`DO $$ BEGIN
    EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = ${setting}', current_database());
  END $$`);
  await haven.sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name LIKE 'haven%' AND pid <> pg_backend_pid()`);
};

beforeEach(async () => {
  await haven.rest('PUT', '/collections/orders', {});
  await readOnly('on');
  return () => haven.sql('SET default_transaction_read_only = off').then(() => readOnly('off'));
});

it('answers reads, and tells writers by both doors when to try again', async () => {
  await expect.poll(async () => (await haven.rest('GET', '/collections/orders/records')).status).toBe(200);
  const refused = await haven.rest('POST', '/collections/orders/records', { data: {} });
  expect(refused).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } });
  expect(refused.headers.get('retry-after')).toBe('1');
  const { body } = await haven.graphql('mutation { createRecord(collection: "orders", data: {}) { id } }');
  expect(body.errors).toMatchObject([{ extensions: { code: 'UNAVAILABLE', status: 503, retryAfter: 1 } }]);
});
