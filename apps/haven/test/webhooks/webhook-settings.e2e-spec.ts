import { createPublicKey, verify } from 'node:crypto';

import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';

import { MaintenanceScheduler } from '@haven/events';

import { startHaven } from '../support/haven.js';
import { eventually, processesServing, startReceiver } from '../support/webhook-receiver.js';
import type { Receiver } from '../support/webhook-receiver.js';

const OPERATOR = `hvn_${'0'.repeat(16)}_${'a'.repeat(64)}`;
const operator = { authorization: `Bearer ${OPERATOR}` };
const haven = startHaven(
  [
    `auth.operatorKey=${OPERATOR}`,
    'webhooks.schedule=100ms,100ms,100ms,100ms,100ms,100ms,100ms,100ms,100ms,100ms,100ms,100ms',
    'webhooks.disableAfter=1s',
    'webhooks.keepDelivered=1s',
    'webhooks.allowedNetworks=127.0.0.1',
    'limits.webhooks=2',
  ],
  { keys: true },
);
let receiver: Receiver;
let path: string;
let count = 0;

beforeAll(async () => {
  receiver = await startReceiver();
});
afterAll(() => receiver.stop());
beforeEach(async () => {
  path = `/${++count}`;
  await receiver.resetResponses();
  await haven.rest('POST', '/collections', { name: 'films' });
});

const make = (input: object = {}) => haven.rest('POST', '/webhooks', { url: receiver.url(path), ...input });
const mine = () => receiver.receipts.filter((each) => each.path === path);

async function write(data: object): Promise<string> {
  return (await haven.rest('POST', '/collections/films/records', { data })).body.id;
}

it('disables a webhook that has failed for long, and continues when it is enabled again', async () => {
  const { id } = (await make()).body;
  await receiver.respondWith({ path, status: 500 });
  await write({ n: 1 });
  await eventually(async () => {
    const { body } = await haven.rest('GET', `/webhooks/${id}`);
    expect(body.state).toBe('disabled');
    expect(body.problem).toContain('webhooks.disableAfter');
  });
  await receiver.resetResponses();
  await haven.rest('PATCH', `/webhooks/${id}`, { paused: false });
  expect((await haven.rest('GET', `/webhooks/${id}/status`)).body.failingSince).toBeNull();
  await receiver.waitForDelivered(1, path);
});

it('deletes old deliveries, but not pending ones', async () => {
  const { id } = (await make({ order: 'none' })).body;
  const kept = await write({ n: 1 });
  await receiver.waitForDelivered(1, path);
  await receiver.respondWith({ path, record: kept, status: 503, headers: { 'retry-after': '60' } });
  await eventually(async () => {
    await haven.app.get(MaintenanceScheduler, { strict: false }).runAll();
    expect((await haven.rest('GET', `/webhooks/${id}/deliveries`)).body.items).toEqual([]);
  });
  await haven.rest('PATCH', `/collections/films/records/${kept}`, { data: { n: 2 } });
  await eventually(async () =>
    expect((await haven.rest('GET', `/webhooks/${id}/status`)).body).toMatchObject({ pending: 1 }),
  );
  await eventually(async () => {
    await haven.app.get(MaintenanceScheduler, { strict: false }).runAll();
    expect((await haven.rest('GET', `/webhooks/${id}/deliveries`)).body.items).toMatchObject([{ state: 'retrying' }]);
  });
});

it('does not delay later changes of a record after a failure with order `none`', async () => {
  await make({ order: 'none' });
  const id = await write({ n: 0 });
  await receiver.waitForDelivered(1, path);
  await receiver.respondWith({ path, record: id, status: 500, times: 1 });
  await haven.rest('PATCH', `/collections/films/records/${id}`, { data: { n: 1 } });
  await eventually(() => expect(mine()).toHaveLength(2));
  await haven.rest('PATCH', `/collections/films/records/${id}`, { data: { n: 2 } });
  await receiver.waitForDelivered(3, path);
  expect(new Set(receiver.delivered(path).map(({ data }) => data.version))).toEqual(new Set([1, 2, 3]));
});

it('limits deliveries per second to `rate`', async () => {
  await make({ rate: 20 });
  await haven.rest('POST', '/batch', {
    operations: Array.from({ length: 11 }, (_, n) => ({ op: 'create', collection: 'films', data: { n } })),
  });
  await receiver.waitForDelivered(11, path);
  const times = receiver.delivered(path).map(({ at }) => at);
  // Only the minimum is checked, because the deliveries may take any time longer on a slow machine.
  expect(Math.max(...times) - Math.min(...times)).toBeGreaterThanOrEqual(450);
});

it('signs v1a deliveries so that the public key verifies them', async () => {
  const { body } = await make({ scheme: 'v1a' });
  await write({ n: 1 });
  await receiver.waitForDelivered(1, path);
  const { headers, body: text } = mine()[0]!;
  const raw = Buffer.from(body.publicKey.replace('whpk_', ''), 'base64');
  const key = createPublicKey({
    key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw]),
    format: 'der',
    type: 'spki',
  });
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${text}`;
  const [scheme, signature] = headers['webhook-signature']!.split(',');
  expect(scheme).toBe('v1a');
  expect(verify(null, Buffer.from(signed), key, Buffer.from(signature!, 'base64'))).toBe(true);
});

it('sends nothing while the tenant is suspended', async () => {
  const { id } = (await make()).body;
  await receiver.respondWith({ path, status: 503, headers: { 'retry-after': '60' }, times: 1 });
  await write({ n: 1 });
  await eventually(() => expect(mine()).toHaveLength(1));
  await suspend(true);
  await eventually(async () => expect(await processesServing(haven, id)).toBe(0));
  expect(mine()).toHaveLength(1);
  await suspend(false);
  await haven.rest('PATCH', `/webhooks/${id}`, { paused: false });
  const [{ id: delivery }] = (await haven.rest('GET', `/webhooks/${id}/deliveries`)).body.items;
  await haven.rest('POST', `/webhooks/${id}/deliveries/${delivery}/redeliver`);
  await receiver.waitForDelivered(1, path);
  expect(mine()).toHaveLength(2);
});

async function suspend(suspended: boolean): Promise<void> {
  const { status, body } = await haven.rest('PATCH', `/tenants/${haven.tenant}`, { suspended }, operator);
  expect([status, body.state]).toEqual([200, suspended ? 'suspended' : 'active']);
}

it('stops a worker whose claim was taken over, and loses nothing', async () => {
  const { id } = (await make()).body;
  await receiver.respondWith({ path, delay: 300, times: 1 });
  await write({ n: 1 });
  await eventually(() => expect(mine()).toHaveLength(1));
  await haven.sql('UPDATE haven.webhook_lanes SET epoch = epoch + 1 WHERE webhook_id = $1', [id]);
  await write({ n: 2 });
  await eventually(async () => {
    const { body } = await haven.rest('GET', `/webhooks/${id}/deliveries?state=delivered`);
    expect(body.items).toHaveLength(2);
  });
});

it('limits the number of webhooks per tenant', async () => {
  expect((await make()).status).toBe(201);
  expect((await make()).status).toBe(201);
  expect((await make()).body).toMatchObject({ code: 'QUOTA_EXCEEDED', status: 403 });
});

it.each([
  'http://127.0.0.2/',
  'http://2130706434/',
  'https://0x7f000002/',
  'https://[::1]/',
  'https://[::ffff:10.0.0.1]/',
  'https://169.254.169.254/latest/meta-data',
  'https://10.0.0.1:8443/x',
  'http://example.com/',
  'ftp://example.com/',
  'https://user:secret@example.com/',
  'nonsense',
])('rejects the URL %s', async (url) => {
  expect((await make({ url })).body).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ pointer: '/url' }] });
});
