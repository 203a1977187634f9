import { expect, it } from 'vitest';

import { startHaven } from '../support/haven.js';

const haven = startHaven(['idempotency.pruneEvery=100ms']);

it('deletes expired responses of all tenants in the background, and no others', async () => {
  const tenants = [haven.tenant, '00000000-0000-4000-8000-00000000000a'];
  for (const tenant of tenants) {
    for (const key of ['old', 'young']) {
      const headers = { 'x-test-tenant': tenant, 'idempotency-key': key };
      expect((await haven.rest('POST', '/collections', { name: key }, headers)).status).toBe(201);
    }
  }
  await haven.sql("UPDATE haven.idempotency_keys SET at = now() - interval '25 hours' WHERE key = 'old'");
  const left = () => haven.sql('SELECT key FROM haven.idempotency_keys');
  await expect.poll(left).toEqual([{ key: 'young' }, { key: 'young' }]);
});
