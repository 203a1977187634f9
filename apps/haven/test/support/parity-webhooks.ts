import { randomUUID } from 'node:crypto';

import type { ErrorCode } from '@haven/kernel';

import type { Haven } from './haven.js';
import { first, nothing, page } from './parity-row.js';
import type { Row } from './parity-row.js';
import { selectAll } from './select-all.js';

const WEBHOOK =
  'id url description collections types filter payload order rate headers scheme publicKey state problem revision createdAt updatedAt';
const ATTEMPT = 'at status error durationMs excerpt';
const DELIVERY = `id state type collection recordId version cursor attempts { ${ATTEMPT} } nextAttemptAt createdAt`;
const STATUS = 'cursor lag pending dead oldestPendingAt failingSince pausedUntil replaying';
const ABSENT = '00000000-0000-4000-8000-000000000001';

/** A URL where nothing listens, so connections are refused at once. */
const URL = 'http://127.0.0.1:1/hook';

/** Maximum number of webhooks per tenant while these rows run. */
export const WEBHOOKS = 2;

/** Placeholders for the ids of the prepared webhook, its dead delivery and its delivered one. */
const [HOOK, DEAD, DELIVERED] = ['{6}', '{7}', '{8}'];

const creates = (input: object): Pick<Row, 'rest' | 'graphql'> => ({
  rest: ['POST', '/webhooks', input],
  graphql: [`mutation($i: NewWebhook!) { createWebhook(input: $i) { ${WEBHOOK} secret } }`, { i: input }],
});
const updates = (input: object, id = HOOK, revision?: number): Pick<Row, 'rest' | 'graphql'> => ({
  rest: ['PATCH', `/webhooks/${id}`, input, revision === undefined ? {} : { 'if-match': `"${revision}"` }],
  graphql: [
    `mutation($w: ID!, $i: WebhookChanges!, $r: Int) { updateWebhook(id: $w, input: $i, expectedRevision: $r) { ${WEBHOOK} } }`,
    { w: id, i: input, r: revision ?? null },
  ],
});
const deletes = (id = HOOK, revision?: number): Pick<Row, 'rest' | 'graphql'> => ({
  rest: ['DELETE', `/webhooks/${id}`, undefined, revision === undefined ? {} : { 'if-match': `"${revision}"` }],
  graphql: [
    'mutation($w: ID!, $r: Int) { deleteWebhook(id: $w, expectedRevision: $r) }',
    { w: id, r: revision ?? null },
  ],
});
const rotates = (input: object, id = HOOK): Pick<Row, 'rest' | 'graphql'> => ({
  rest: ['POST', `/webhooks/${id}/rotate`, input],
  graphql: [
    `mutation($w: ID!, $i: WebhookRotation!) { rotateWebhook(id: $w, input: $i) { ${WEBHOOK} secret } }`,
    { w: id, i: input },
  ],
});
const tests = (id = HOOK): Pick<Row, 'rest' | 'graphql'> => ({
  rest: ['POST', `/webhooks/${id}/test`],
  graphql: [`mutation($w: ID!) { testWebhook(id: $w) { ${ATTEMPT} } }`, { w: id }],
});
const replays = (input: object, id = HOOK): Pick<Row, 'rest' | 'graphql'> => ({
  rest: ['POST', `/webhooks/${id}/replay`, input],
  graphql: [
    'mutation($w: ID!, $i: WebhookReplay!) { replayWebhook(id: $w, input: $i) { dead until } }',
    { w: id, i: input },
  ],
});
const redelivers = (delivery = DEAD, id = HOOK): Pick<Row, 'rest' | 'graphql'> => ({
  rest: ['POST', `/webhooks/${id}/deliveries/${delivery}/redeliver`],
  graphql: [`mutation($w: ID!, $d: ID!) { redeliver(webhook: $w, id: $d) { ${DELIVERY} } }`, { w: id, d: delivery }],
});
const reads = (field: string, path: string, select: string, id = HOOK): Pick<Row, 'rest' | 'graphql'> => ({
  rest: ['GET', `/webhooks/${id}${path}`],
  graphql: [`query($w: ID!) { ${field}(id: $w) { ${select} } }`, { w: id }],
});
const lists = (query: string, args = '', id = HOOK): Pick<Row, 'rest' | 'graphql'> => ({
  rest: ['GET', `/webhooks/${id}/deliveries${query}`],
  graphql: [`query($w: ID!) { deliveries(webhook: $w${args}) { edges { node { ${DELIVERY} } } } }`, { w: id }],
});
const delivery = (delivery: string, id = HOOK): Pick<Row, 'rest' | 'graphql'> => ({
  rest: ['GET', `/webhooks/${id}/deliveries/${delivery}`],
  graphql: [`query($w: ID!, $d: ID!) { delivery(webhook: $w, id: $d) { ${DELIVERY} } }`, { w: id, d: delivery }],
});

/** Invalid inputs, for creating as well as for updating a webhook. */
const WRONG: [what: string, input: object, code: ErrorCode, pointer: string][] = [
  ['url is not a URL', { url: 'nonsense' }, 'VALIDATION_FAILED', '/url'],
  ['url with another scheme', { url: 'ftp://93.184.216.34/' }, 'VALIDATION_FAILED', '/url'],
  ['url not encrypted', { url: 'http://93.184.216.34/' }, 'VALIDATION_FAILED', '/url'],
  ['url of an internal address', { url: 'https://169.254.169.254/latest' }, 'VALIDATION_FAILED', '/url'],
  ['url with a password', { url: 'https://user:pass@93.184.216.34/' }, 'VALIDATION_FAILED', '/url'],
  ['header that Haven sets', { headers: { 'Webhook-Id': 'x' } }, 'VALIDATION_FAILED', '/headers/Webhook-Id'],
  ['header with an invalid name', { headers: { 'x-a/b': 'x' } }, 'VALIDATION_FAILED', '/headers/x-a~1b'],
  ['header with a line break', { headers: { 'x-key': 'a\nb' } }, 'VALIDATION_FAILED', '/headers/x-key'],
  ['headers are a list', { headers: ['x'] }, 'VALIDATION_FAILED', '/headers'],
  ['filter unknown', { filter: { year: { _near: 1 } } }, 'FILTER_INVALID', '/filter/year/_near'],
  ['filter too long', { filter: { year: { _in: Array(501).fill(1) } } }, 'LIMIT_EXCEEDED', '/filter/year/_in'],
  ['collections empty', { collections: [] }, 'VALIDATION_FAILED', '/collections'],
  ['type unknown', { types: ['record.moved'] }, 'VALIDATION_FAILED', '/types'],
  ['payload unknown', { payload: 'fat' }, 'VALIDATION_FAILED', '/payload'],
  ['order unknown', { order: 'any' }, 'VALIDATION_FAILED', '/order'],
  ['rate 0', { rate: 0 }, 'VALIDATION_FAILED', '/rate'],
  ['description too long', { description: 'd'.repeat(501) }, 'VALIDATION_FAILED', '/description'],
];

/** Each operation on webhooks, and each error it can return. */
export const webhookRows: Record<string, Row> = {
  createWebhook: { ...creates({ url: URL }), same: first },
  'createWebhook, all fields': {
    ...creates({
      url: URL,
      description: 'the shop',
      collections: ['films', 'nope'],
      types: ['record.created', 'record.erased'],
      filter: { year: { _gt: 1980 } },
      payload: 'thin',
      order: 'none',
      rate: 5,
      headers: { 'X-Key': 'x' },
      paused: true,
      after: 'earliest',
    }),
    same: first,
  },
  'createWebhook, ed25519': { ...creates({ url: URL, scheme: 'v1a' }), same: first },
  'createWebhook, scheme unknown': {
    ...creates({ url: URL, scheme: 'v2' }),
    code: 'VALIDATION_FAILED',
    pointer: '/scheme',
  },
  'createWebhook, cursor invalid': { ...creates({ url: URL, after: 'nonsense' }), code: 'CURSOR_INVALID' },
  'createWebhook, one too many': {
    ...creates({ url: URL }),
    earlier: creates({ url: URL }),
    code: 'QUOTA_EXCEEDED',
  },
  webhook: { ...reads('webhook', '', WEBHOOK), same: first },
  'webhook, absent': { ...reads('webhook', '', 'id', ABSENT), code: 'NOT_FOUND' },
  'webhook, no id': { ...reads('webhook', '', 'id', 'x'), code: 'NOT_FOUND' },
  webhooks: {
    rest: ['GET', '/webhooks?limit=1'],
    graphql: [`{ webhooks(first: 1) { edges { node { ${WEBHOOK} } } } }`],
    same: page,
  },
  'webhooks, bad cursor': {
    rest: ['GET', '/webhooks?after=x'],
    graphql: ['{ webhooks(after: "x") { totalCount } }'],
    code: 'CURSOR_INVALID',
  },
  'webhooks, too many': {
    rest: ['GET', '/webhooks?limit=501'],
    graphql: ['{ webhooks(first: 501) { totalCount } }'],
    code: 'LIMIT_EXCEEDED',
  },
  updateWebhook: {
    ...updates({ paused: false, rate: 9, types: null, headers: { 'x-b': 'c' } }, HOOK, 1),
    same: first,
  },
  'updateWebhook, null clears': {
    ...updates({ collections: null, types: null, filter: null, rate: null, headers: { 'x-key': null } }),
    same: first,
  },
  ...Object.fromEntries(
    ['url', 'description', 'payload', 'order', 'headers', 'paused'].map((name) => [
      `updateWebhook, no ${name}`,
      { ...updates({ [name]: null }), code: 'VALIDATION_FAILED' as const, pointer: `/${name}` },
    ]),
  ),
  'updateWebhook, absent': { ...updates({}, ABSENT), code: 'NOT_FOUND' },
  'updateWebhook, url of an absent one': { ...updates({ url: 'nonsense' }, ABSENT), code: 'NOT_FOUND' },
  'updateWebhook, expected revision': { ...updates({}, HOOK, 7), code: 'VERSION_CONFLICT' },
  deleteWebhook: { ...deletes(), same: nothing },
  'deleteWebhook, absent': { ...deletes(ABSENT), code: 'NOT_FOUND' },
  'deleteWebhook, deleted': { ...deletes(), earlier: deletes(), code: 'NOT_FOUND' },
  'deleteWebhook, expected revision': { ...deletes(HOOK, 7), code: 'VERSION_CONFLICT' },
  rotateWebhook: { ...rotates({ overlapSeconds: 60 }), same: first },
  'rotateWebhook, overlap too long': {
    ...rotates({ overlapSeconds: 9_999_999 }),
    code: 'VALIDATION_FAILED',
    pointer: '/overlapSeconds',
  },
  'rotateWebhook, absent': { ...rotates({}, ABSENT), code: 'NOT_FOUND' },
  testWebhook: { ...tests(), same: first },
  'testWebhook, absent': { ...tests(ABSENT), code: 'NOT_FOUND' },
  webhookStatus: { ...reads('webhookStatus', '/status', STATUS), same: first },
  'webhookStatus, absent': { ...reads('webhookStatus', '/status', 'lag', ABSENT), code: 'NOT_FOUND' },
  deliveries: { ...lists(''), same: page },
  'deliveries, dead': { ...lists('?state=dead&limit=1', ', state: "dead", first: 1'), same: page },
  'deliveries, unknown state': {
    ...lists('?state=lost', ', state: "lost"'),
    code: 'VALIDATION_FAILED',
    pointer: '/state',
  },
  'deliveries, bad cursor': { ...lists('?after=x', ', after: "x"'), code: 'CURSOR_INVALID' },
  'deliveries, too many': { ...lists('?limit=501', ', first: 501'), code: 'LIMIT_EXCEEDED' },
  'deliveries, absent': { ...lists('', '', ABSENT), code: 'NOT_FOUND' },
  delivery: { ...delivery(DELIVERED), same: first },
  'delivery, absent': { ...delivery(ABSENT), code: 'NOT_FOUND' },
  'delivery, no id': { ...delivery('x'), code: 'NOT_FOUND' },
  'delivery, of an absent webhook': { ...delivery(DEAD, ABSENT), code: 'NOT_FOUND' },
  redeliver: { ...redelivers(), same: first },
  'redeliver, delivered': { ...redelivers(DELIVERED), same: first },
  'redeliver, absent': { ...redelivers(ABSENT), code: 'NOT_FOUND' },
  'redeliver, of an absent webhook': { ...redelivers(DEAD, ABSENT), code: 'NOT_FOUND' },
  replayWebhook: { ...replays({ dead: true }), same: first },
  'replayWebhook, a part of the feed': { ...replays({ after: 'earliest' }), same: first },
  'replayWebhook, nothing': { ...replays({}), code: 'VALIDATION_FAILED', pointer: '' },
  'replayWebhook, until without after': {
    ...replays({ dead: true, until: 'x' }),
    code: 'VALIDATION_FAILED',
    pointer: '/until',
  },
  'replayWebhook, bad cursor': { ...replays({ after: 'nonsense' }), code: 'CURSOR_INVALID' },
  'replayWebhook, absent': { ...replays({ dead: true }, ABSENT), code: 'NOT_FOUND' },
  ...Object.fromEntries(
    WRONG.flatMap(([what, input, code, pointer]) => [
      [`createWebhook, ${what}`, { ...creates({ url: URL, ...input }), code, pointer }],
      [`updateWebhook, ${what}`, { ...updates(input), code, pointer }],
    ]),
  ),
};

/** Creates a paused webhook of the tenant, and two deliveries in its log; returns their ids. */
export async function preparedWebhook(haven: Haven, tenant = haven.tenant): Promise<string[]> {
  const input = { url: URL, types: ['record.created'], headers: { 'X-Key': 'x' }, paused: true };
  const { body } = await haven.rest('POST', '/webhooks', input, await haven.as(tenant));
  const [dead, delivered] = [randomUUID(), randomUUID()];
  await haven.sql('UPDATE haven.webhook_lanes SET position = 3 WHERE webhook_id = $1', [body.id]);
  await haven.sql(
    `INSERT INTO haven.webhook_deliveries
       (tenant_id, webhook_id, seq, event_id, collection, record_id, version, type, state, attempts, failures)
     VALUES ($1, $2, 1, $3, 'films', gen_random_uuid(), 1, 'record.created', 'dead', $5, 10),
       ($1, $2, 2, $4, 'films', gen_random_uuid(), 1, 'record.created', 'delivered', '[]', 0)`,
    [tenant, body.id, dead, delivered, JSON.stringify([ATTEMPTED])],
  );
  return [body.id, dead, delivered];
}

const ATTEMPTED = { at: '2026-01-01T00:00:00.000Z', status: 500, error: null, durationMs: 7, excerpt: 'no' };

/** Queries for the state of the webhooks and their deliveries of the tenant `$1`. */
export const WEBHOOK_ROWS = [
  `SELECT url, description, collections, types, filter, payload, "order", rate, headers, jsonb_array_length(secrets) AS secrets,
     state, problem, revision FROM haven.webhooks WHERE tenant_id = $1 ORDER BY created_at`,
  'SELECT replay_after, replay_until FROM haven.webhook_lanes WHERE tenant_id = $1 ORDER BY webhook_id',
  'SELECT seq, state, failures, due_at IS NULL AS rests FROM haven.webhook_deliveries WHERE tenant_id = $1 ORDER BY seq',
];

/** Returns the state of a tenant's webhooks and their deliveries. */
export function webhooksOf(haven: Haven, tenant = haven.tenant): Promise<unknown[]> {
  return selectAll(haven, WEBHOOK_ROWS, [tenant]);
}
