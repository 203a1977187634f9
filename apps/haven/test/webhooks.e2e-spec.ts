import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { startHaven } from './support/haven.js';
import { startReceiver } from './support/webhook-receiver.js';
import type { Receiver } from './support/webhook-receiver.js';

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
  await receiver.answersWell();
  await haven.rest('POST', '/collections', { name: 'films' });
});

async function webhook(input: object = {}) {
  const { body, status } = await haven.rest('POST', '/webhooks', { url: receiver.url(path), ...input });
  expect(status, JSON.stringify(body)).toBe(201);
  await receiver.knows(path, body.secret);
  return body;
}

async function write(data: object, collection = 'films'): Promise<string> {
  const { body } = await haven.rest('POST', `/collections/${collection}/records`, { data });
  return body.id;
}

const patch = (id: string, data: object) => haven.rest('PATCH', `/collections/films/records/${id}`, { data });
const mine = () => receiver.receipts.filter((each) => each.path === path);

describe('a delivery', () => {
  it('is the change as a CloudEvent, signed as Standard Webhooks has it', async () => {
    const { id: webhookId } = await webhook({ headers: { 'X-Shop': 'one' } });
    const id = await write({ title: 'Alien' });
    await receiver.has(1, path);
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
    await vi.waitFor(async () => {
      const log = await haven.rest('GET', `/webhooks/${webhookId}/deliveries`);
      expect(log.body.items).toMatchObject([{ id: receipt!.id, state: 'delivered', attempts: [{ status: 204 }] }]);
    });
  });
});

describe('order', () => {
  it('is kept for each record, and one that fails holds back only its own', async () => {
    const { id: webhookId } = await webhook();
    const [bad, good] = [await write({ n: 0 }), await write({ n: 0 })];
    await receiver.has(2, path);
    await receiver.answers({ path, record: bad, status: 500, times: 2, body: 'no' });
    for (let n = 1; n <= 3; n++) await Promise.all([patch(bad, { n }), patch(good, { n })]);
    await receiver.has(8, path);
    const versions = (id: string) =>
      receiver
        .delivered(path)
        .filter(({ data }) => data.recordId === id)
        .map(({ data }) => data.version);
    expect(versions(bad)).toEqual([1, 2, 3, 4]);
    expect(versions(good)).toEqual([1, 2, 3, 4]);
    const failed = mine().filter(({ status }) => status === 500);
    expect(failed.map(({ id }) => id)).toEqual([failed[0]!.id, failed[0]!.id]);
    await vi.waitFor(async () => {
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
