import { expect, test } from 'vitest';

import type { Webhook } from '../api/webhooks.js';
import { draftOf, filterOf, isAllowed, newHeader, newWebhookOf, webhookChangesOf } from './webhook-draft.js';

const webhook: Webhook = {
  id: '019ab6c5-6c43-7cd1-8a83-9f4f5b1f2d11',
  url: 'https://hooks.example.com/haven',
  description: '',
  collections: ['invoices'],
  types: null,
  filter: { total: { _gte: 100 } },
  payload: 'full',
  order: 'perRecord',
  rate: null,
  headers: ['x-api-key', 'x-other'],
  scheme: 'v1',
  publicKey: null,
  state: 'active',
  problem: null,
  revision: 1,
  createdAt: '2026-11-25T09:30:00.000Z',
  updatedAt: '2026-11-25T09:30:00.000Z',
};

test('a new webhook sends everything unless the user restricts it', () => {
  const draft = { ...draftOf(null), url: ' https://hooks.example.com ', headers: [newHeader()] };
  expect(newWebhookOf(draft)).toEqual({
    url: 'https://hooks.example.com',
    description: '',
    collections: null,
    types: null,
    filter: null,
    payload: 'full',
    order: 'perRecord',
    rate: null,
    headers: {},
    scheme: 'v1',
  });
  expect(newWebhookOf({ ...draft, start: 'earliest' })).toMatchObject({ after: 'earliest' });
});

test('a key that is restricted to some collections sends only the changes of these', () => {
  const draft = draftOf(null, ['invoices', 'orders']);
  expect(draft.collections).toEqual(['invoices', 'orders']);
  expect(draftOf(webhook, ['orders']).collections).toEqual(['invoices']);
  const allowedFor = (collections: string[], allowed: string[] | null) => isAllowed({ ...draft, collections }, allowed);
  expect(allowedFor(['orders'], ['invoices', 'orders'])).toBe(true);
  expect(allowedFor(['orders', 'people'], ['invoices', 'orders'])).toBe(false);
  expect(allowedFor([], ['invoices', 'orders'])).toBe(false);
  expect(allowedFor([], null)).toBe(true);
});

test('only what the user has changed is sent', () => {
  const draft = draftOf(webhook);
  expect(webhookChangesOf(draft, webhook)).toEqual({});
  expect(webhookChangesOf({ ...draft, collections: [], rate: 5, filter: '' }, webhook)).toEqual({
    collections: null,
    rate: 5,
    filter: null,
  });
});

test('headers whose values are not entered stay as they are', () => {
  const draft = draftOf(webhook);
  const [first] = draft.headers;
  const added = { ...newHeader('x-new'), value: '1' };
  expect(webhookChangesOf({ ...draft, headers: [...(first ? [first] : []), added] }, webhook)).toEqual({
    headers: { 'x-other': null, 'x-new': '1' },
  });
  const changed = draft.headers.map((header) => ({ ...header, value: 'other' }));
  expect(webhookChangesOf({ ...draft, headers: changed }, webhook)).toEqual({
    headers: { 'x-api-key': 'other', 'x-other': 'other' },
  });
});

test('a filter is a JSON object', () => {
  expect(filterOf({ filter: ' ' })).toBeNull();
  expect(filterOf({ filter: '{"year": 1979}' })).toEqual({ year: 1979 });
  expect(filterOf({ filter: '[1]' })).toBeUndefined();
  expect(filterOf({ filter: '{' })).toBeUndefined();
});
