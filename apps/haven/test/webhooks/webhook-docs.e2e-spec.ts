import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { startHaven } from '../support/haven.js';
import { startReceiver } from '../support/webhook-receiver.js';
import type { Receipt, Receiver } from '../support/webhook-receiver.js';

const haven = startHaven([], { keys: true });
let receiver: Receiver;
let document: any;

beforeAll(async () => {
  receiver = await startReceiver();
  document = await (await fetch(`${haven.url}/openapi/generic.json`)).json();
});
afterAll(() => receiver.stop());
beforeEach(async () => {
  receiver.receipts.length = 0;
});

/** Returns how a request violates the description of its type in OpenAPI's `webhooks`. */
function breaches({ headers, body, type }: Receipt): unknown[] {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema(document, 'haven');
  const { parameters, requestBody } = document.webhooks[type].post;
  const [mediaType] = Object.keys(requestBody.content);
  const event = ajv.compile({ $ref: `haven${requestBody.content[mediaType!].schema.$ref}` });
  const header = ajv.compile({
    type: 'object',
    required: parameters.map(({ name }: any) => name),
    properties: Object.fromEntries(parameters.map(({ name, schema }: any) => [name, schema])),
  });
  expect(headers['content-type']).toBe(`${mediaType}; charset=utf-8`);
  return [event(JSON.parse(body)) ? [] : event.errors, header(headers) ? [] : header.errors].flat();
}

const membersOf = (name: string) => Object.keys(document.components.schemas[name].properties).toSorted();

describe("OpenAPI's webhooks", () => {
  it.each(['full', 'thin'])('describe the requests for every kind of change: %s', async (payload) => {
    await haven.rest('PUT', '/collections/films', {});
    await haven.rest('POST', '/webhooks', { url: receiver.url('/all'), payload });
    const { id } = (await haven.rest('POST', '/collections/films/records', { data: { title: 'Alien' } })).body;
    const path = `/collections/films/records/${id}`;
    await haven.rest('PATCH', path, { data: { year: 1979 } });
    await haven.rest('DELETE', path);
    await haven.rest('POST', `${path}/restore`, { version: 1 });
    await haven.rest('POST', `${path}/erase`);
    await receiver.waitForDelivered(5, '/all');
    const sent = receiver.delivered('/all');
    expect(sent.map(({ type }) => type)).toEqual([
      'record.created',
      'record.updated',
      'record.deleted',
      'record.restored',
      'record.erased',
    ]);
    for (const receipt of sent) {
      expect(breaches(receipt)).toEqual([]);
      const event = JSON.parse(receipt.body);
      expect(Object.keys(event).toSorted()).toEqual(membersOf('WebhookEvent'));
      const members = membersOf('WebhookChange').filter((name) => payload === 'full' || name !== 'record');
      expect(Object.keys(event.data).toSorted()).toEqual(members);
    }
  });

  it('describe the request of a test', async () => {
    const { id } = (await haven.rest('POST', '/webhooks', { url: receiver.url('/test'), paused: true })).body;
    await haven.rest('POST', `/webhooks/${id}/test`);
    const [receipt] = receiver.receipts;
    expect(receipt!.type).toBe('webhook.test');
    expect(breaches(receipt!)).toEqual([]);
    expect(Object.keys(JSON.parse(receipt!.body).data).toSorted()).toEqual(membersOf('WebhookChange'));
  });

  it('do not match other content', async () => {
    const { id } = (await haven.rest('POST', '/webhooks', { url: receiver.url('/test'), paused: true })).body;
    await haven.rest('POST', `/webhooks/${id}/test`);
    const [receipt] = receiver.receipts;
    const event = JSON.parse(receipt!.body);
    for (const wrong of [{ id: 'x' }, { type: 'record.moved' }, { data: { ...event.data, version: '1' } }])
      expect(breaches({ ...receipt!, body: JSON.stringify({ ...event, ...wrong }) })).toHaveLength(1);
    const { 'webhook-signature': _, ...headers } = receipt!.headers;
    expect(breaches({ ...receipt!, headers })).toHaveLength(1);
  });
});
