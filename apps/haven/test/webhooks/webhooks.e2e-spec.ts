import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { MaintenanceScheduler } from '@haven/events';

import { startHaven } from '../support/haven.js';
import { eventually, processesServing, startReceiver } from '../support/webhook-receiver.js';
import type { Receiver } from '../support/webhook-receiver.js';

const haven = startHaven(['webhooks.schedule=200ms,200ms'], { keys: true });
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

async function webhook(input: object = {}) {
  const { body, status } = await haven.rest('POST', '/webhooks', { url: receiver.url(path), ...input });
  expect(status, JSON.stringify(body)).toBe(201);
  await receiver.setSecret(path, body.secret);
  return body;
}

async function write(data: object, collection = 'films'): Promise<string> {
  const { body } = await haven.rest('POST', `/collections/${collection}/records`, { data });
  return body.id;
}

const patch = (id: string, data: object) => haven.rest('PATCH', `/collections/films/records/${id}`, { data });
const mine = () => receiver.receipts.filter((each) => each.path === path);

describe('a delivery', () => {
  it('is the change as a CloudEvent, signed according to Standard Webhooks', async () => {
    const { id: webhookId } = await webhook({ headers: { 'X-Shop': 'one' } });
    const id = await write({ title: 'Alien' });
    await receiver.waitForDelivered(1, path);
    const [receipt] = mine();
    expect(receipt).toMatchObject({ verified: true, type: 'record.created' });
    expect(receipt!.headers).toMatchObject({
      'content-type': 'application/cloudevents+json; charset=utf-8',
      'user-agent': 'Haven',
      'x-shop': 'one',
    });
    const event = JSON.parse(receipt!.body);
    expect(event).toMatchObject({
      specversion: '1.0',
      id: receipt!.id,
      source: `/tenants/${haven.tenant}/collections/films`,
      subject: id,
      type: 'record.created',
      data: { type: 'record.created', effect: 'entered', version: 1, record: { id, data: { title: 'Alien' } } },
    });
    const page = await haven.rest('GET', '/changes?after=earliest');
    expect(page.body.items[0].cursor).toBe(event.data.cursor);
    await eventually(async () => {
      const log = await haven.rest('GET', `/webhooks/${webhookId}/deliveries`);
      expect(log.body.items).toMatchObject([{ id: receipt!.id, state: 'delivered', attempts: [{ status: 204 }] }]);
    });
  });
});

describe('order', () => {
  it('is preserved per record, and a failing record delays only its own changes', async () => {
    const { id: webhookId } = await webhook();
    const [bad, good] = [await write({ n: 0 }), await write({ n: 0 })];
    await receiver.waitForDelivered(2, path);
    await receiver.respondWith({ path, record: bad, status: 500, times: 2, body: 'no' });
    for (let n = 1; n <= 3; n++) await Promise.all([patch(bad, { n }), patch(good, { n })]);
    await receiver.waitForDelivered(8, path);
    const versions = (id: string) =>
      receiver
        .delivered(path)
        .filter(({ data }) => data.recordId === id)
        .map(({ data }) => data.version);
    expect(versions(bad)).toEqual([1, 2, 3, 4]);
    expect(versions(good)).toEqual([1, 2, 3, 4]);
    const failed = mine().filter(({ status }) => status === 500);
    expect(failed.map(({ id }) => id)).toEqual([failed[0]!.id, failed[0]!.id]);
    await eventually(async () => {
      const log = await haven.rest('GET', `/webhooks/${webhookId}/deliveries?state=delivered`);
      expect(log.body.items).toHaveLength(8);
      expect(log.body.items.find((each: any) => each.id === failed[0]!.id).attempts).toMatchObject([
        { status: 500, excerpt: 'no' },
        { status: 500 },
        { status: 204 },
      ]);
    });
  });
});

describe('the events of a webhook', () => {
  it('are selected by its collections, types and filter', async () => {
    await haven.rest('POST', '/collections', { name: 'books' });
    await webhook({ collections: ['films'], types: ['record.updated', 'record.deleted'], filter: { good: true } });
    const [good, bad] = [await write({ good: true }), await write({ good: false })];
    await write({ good: true }, 'books');
    await patch(bad, { n: 1 });
    await patch(good, { n: 1 });
    await patch(good, { good: false });
    await haven.rest('DELETE', `/collections/films/records/${bad}`);
    await patch(good, { good: true });
    await receiver.waitForDelivered(3, path);
    expect(mine().map(({ type, data }) => [type, data.effect, data.recordId])).toEqual([
      ['record.updated', 'changed', good],
      ['record.updated', 'left', good],
      ['record.updated', 'entered', good],
    ]);
  });

  it('are selected by conditions on the elements of arrays', async () => {
    await webhook({ filter: { lines: { _some: { sku: 'A', qty: { _gte: 2 } } }, tags: { _none: { _eq: 'draft' } } } });
    await write({
      lines: [
        { sku: 'A', qty: 1 },
        { sku: 'B', qty: 2 },
      ],
    });
    await write({ lines: [{ sku: 'A', qty: 2 }], tags: ['new', 'draft'] });
    const matching = await write({ lines: [{ sku: 'B' }, { sku: 'A', qty: 2 }], tags: [] });
    await patch(matching, { lines: [] });
    await receiver.waitForDelivered(2, path);
    expect(mine().map(({ data }) => [data.effect, data.recordId])).toEqual([
      ['entered', matching],
      ['left', matching],
    ]);
  });

  it('do not contain the record with payload `thin`', async () => {
    await webhook({ payload: 'thin' });
    const id = await write({ title: 'Alien' });
    await receiver.waitForDelivered(1, path);
    expect(mine()[0]!.data).toMatchObject({ recordId: id, version: 1, collection: 'films' });
    expect(mine()[0]!.data).not.toHaveProperty('record');
  });

  it('start at the requested position', async () => {
    const first = await write({ n: 1 });
    const cursor = await eventually(async () => {
      const { items } = (await haven.rest('GET', '/changes?after=earliest')).body;
      return items[0].cursor as string;
    });
    const second = await write({ n: 2 });
    await webhook({ after: cursor });
    await receiver.waitForDelivered(1, path);
    expect(mine().map(({ data }) => data.recordId)).toEqual([second]);
    path += '/earliest';
    await webhook({ after: 'earliest' });
    await receiver.waitForDelivered(2, path);
    expect(mine().map(({ data }) => data.recordId)).toEqual([first, second]);
  });
});

describe('a change of a webhook', () => {
  it('takes effect at once, and pausing loses no events', async () => {
    const { id } = await webhook();
    await write({ n: 1 });
    await receiver.waitForDelivered(1, path);
    await haven.rest('PATCH', `/webhooks/${id}`, { paused: true });
    await eventually(async () => expect(await processesServing(haven, id)).toBe(0));
    await write({ n: 2 });
    const other = `${path}/other`;
    await haven.rest('PATCH', `/webhooks/${id}`, { url: receiver.url(other), paused: false });
    await receiver.waitForDelivered(1, other);
    expect(mine()).toHaveLength(1);
    expect(receiver.delivered(other)[0]!.data.record.data).toEqual({ n: 2 });
  });

  it('of its secret leaves both valid until the overlap ends', async () => {
    const { id } = await webhook();
    const { body } = await haven.rest('POST', `/webhooks/${id}/rotate`, { overlapSeconds: 60 });
    await write({ n: 1 });
    await receiver.waitForDelivered(1, path);
    expect(mine()[0]!.headers['webhook-signature']!.split(' ')).toHaveLength(2);
    expect(mine()[0]!.verified).toBe(true); // the receiver still verifies with the previous secret
    await receiver.setSecret(path, body.secret);
    await write({ n: 2 });
    await receiver.waitForDelivered(2, path);
    expect(mine()[1]!.verified).toBe(true);
    const { body: last } = await haven.rest('POST', `/webhooks/${id}/rotate`, { overlapSeconds: 0 });
    await receiver.setSecret(path, last.secret);
    await write({ n: 3 });
    await receiver.waitForDelivered(3, path);
    expect(mine()[2]!.headers['webhook-signature']!.split(' ')).toHaveLength(1);
    expect(mine()[2]!.verified).toBe(true);
  });

  it('can send a test event', async () => {
    const { id } = await webhook({ paused: true });
    await receiver.respondWith({ path, status: 202, body: 'thank you', times: 1 });
    const { body } = await haven.rest('POST', `/webhooks/${id}/test`);
    expect(body).toMatchObject({ status: 202, excerpt: 'thank you', error: null });
    expect(mine()).toMatchObject([{ type: 'webhook.test', verified: true }]);
  });

  it('that deletes it stops deliveries and deletes its log', async () => {
    const { id } = await webhook();
    await write({ n: 1 });
    await receiver.waitForDelivered(1, path);
    expect((await haven.rest('DELETE', `/webhooks/${id}`)).status).toBe(204);
    await eventually(async () => expect(await processesServing(haven, id)).toBe(0));
    await write({ n: 2 });
    await haven.app.get(MaintenanceScheduler, { strict: false }).runAll();
    const left = await haven.sql(
      'SELECT id FROM haven.webhooks WHERE id = $1 UNION SELECT webhook_id FROM haven.webhook_deliveries WHERE webhook_id = $1',
      [id],
    );
    expect(left).toEqual([]);
    expect(mine()).toHaveLength(1);
  });
});

it('counts deliveries in /metrics', async () => {
  const delivered = async () => {
    const { body } = await haven.rest('GET', '//metrics');
    return Number(/^haven_webhook_attempts_total\{haven_webhook_result="delivered"\} (\d+)$/m.exec(String(body))?.[1]);
  };
  const before = await delivered();
  await webhook();
  await write({ n: 1 });
  await receiver.waitForDelivered(1, path);
  await eventually(async () => expect(await delivered()).toBeGreaterThan(before));
});

describe('a receiver', () => {
  it('that responds 410 gets nothing more, and the webhook is disabled', async () => {
    const { id } = await webhook();
    await receiver.respondWith({ path, status: 410 });
    await write({ n: 1 });
    await eventually(async () => {
      const { body } = await haven.rest('GET', `/webhooks/${id}`);
      expect(body).toMatchObject({ state: 'disabled', problem: 'The endpoint responded with 410 Gone.' });
    });
    await receiver.resetResponses();
    await write({ n: 2 });
    await haven.rest('PATCH', `/webhooks/${id}`, { paused: false });
    await receiver.waitForDelivered(2, path);
    expect((await haven.rest('GET', `/webhooks/${id}`)).body).toMatchObject({ state: 'active', problem: null });
  });

  it('that responds 429 gets nothing during Retry-After', async () => {
    const { id } = await webhook();
    await receiver.respondWith({ path, status: 429, headers: { 'retry-after': '2' }, times: 1 });
    const started = Date.now();
    await write({ n: 1 });
    await eventually(async () => {
      expect((await haven.rest('GET', `/webhooks/${id}/status`)).body.pausedUntil).not.toBeNull();
    });
    await write({ n: 2 });
    await receiver.waitForDelivered(2, path);
    const [refused, ...later] = mine();
    expect(refused!.status).toBe(429);
    for (const { at } of later) expect(at - started).toBeGreaterThanOrEqual(1_900);
  });

  it('that redirects is not followed', async () => {
    const { id } = await webhook();
    await receiver.respondWith({ path, status: 302, headers: { location: receiver.url('/elsewhere') }, times: 1 });
    await write({ n: 1 });
    await receiver.waitForDelivered(1, path);
    expect(receiver.receipts.filter((each) => each.path === '/elsewhere')).toEqual([]);
    await eventually(async () => {
      const { body } = await haven.rest('GET', `/webhooks/${id}/deliveries`);
      expect(body.items[0].attempts).toMatchObject([{ status: 302 }, { status: 204 }]);
    });
  });

  it('that never accepts a change has it marked dead, and can have it redelivered', async () => {
    const { id } = await webhook();
    const record = await write({ n: 0 });
    await receiver.waitForDelivered(1, path);
    await receiver.respondWith({ path, record, status: 500, times: 6 });
    await patch(record, { n: 1 });
    await patch(record, { n: 2 });
    await patch(record, { n: 3 });
    await receiver.waitForDelivered(2, path); // the last one is delivered when both before it are dead
    const dead = async () => (await haven.rest('GET', `/webhooks/${id}/deliveries?state=dead`)).body.items;
    await eventually(async () => expect(await dead()).toHaveLength(2));
    await eventually(async () =>
      expect((await haven.rest('GET', `/webhooks/${id}/status`)).body).toMatchObject({ dead: 2, pending: 0 }),
    );
    const [newer, older] = await dead();
    expect(older.attempts).toHaveLength(3);
    await haven.rest('POST', `/webhooks/${id}/deliveries/${older.id}/redeliver`);
    await receiver.waitForDelivered(3, path);
    expect(receiver.delivered(path).at(-1)!.id).toBe(older.id);
    expect((await haven.rest('POST', `/webhooks/${id}/replay`, { dead: true })).body).toEqual({ dead: 1, until: null });
    await receiver.waitForDelivered(4, path);
    expect(receiver.delivered(path).at(-1)!.id).toBe(newer.id);
  });

  it('that was unavailable receives everything when it is back', async () => {
    const away = await startReceiver();
    const { body } = await haven.rest('POST', '/webhooks', { url: away.url(path) });
    await away.stop();
    const ids: string[] = [];
    for (let n = 0; n < 20; n++) ids.push(await write({ n }));
    await eventually(async () => {
      const log = await haven.rest('GET', `/webhooks/${body.id}/deliveries`);
      expect(log.body.items[0].attempts[0]).toMatchObject({ status: null, error: 'ECONNREFUSED' });
    });
    const back = await startReceiver(away.port);
    await eventually(async () => {
      await haven.rest('POST', `/webhooks/${body.id}/replay`, { dead: true });
      expect(new Set(back.delivered().map(({ data }) => data.recordId))).toEqual(new Set(ids));
    });
    await back.stop();
  });
});

describe('a replay', () => {
  it('sends a part of the feed again, with the ids from before', async () => {
    const { id } = await webhook();
    for (let n = 0; n < 5; n++) await write({ n });
    await receiver.waitForDelivered(5, path);
    const cursors = (await haven.rest('GET', '/changes?after=earliest')).body.items.map((each: any) => each.cursor);
    await eventually(async () =>
      expect((await haven.rest('GET', `/webhooks/${id}/deliveries?state=delivered`)).body.items).toHaveLength(5),
    );
    const { status } = await haven.rest('POST', `/webhooks/${id}/replay`, { after: cursors[0], until: cursors[3] });
    expect(status).toBe(202);
    await receiver.waitForDelivered(8, path);
    const [first, again] = [mine().slice(0, 5), mine().slice(5)];
    expect(again.map((each) => each.id).toSorted()).toEqual(
      first
        .slice(1, 4)
        .map((each) => each.id)
        .toSorted(),
    );
    await eventually(async () =>
      expect((await haven.rest('GET', `/webhooks/${id}/status`)).body).toMatchObject({ replaying: false, pending: 0 }),
    );
    expect(mine()).toHaveLength(8);
  });
});
