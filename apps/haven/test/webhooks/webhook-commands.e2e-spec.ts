import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { startHaven } from '../support/haven.js';
import { haven as run } from '../support/process.js';
import { startReceiver } from '../support/webhook-receiver.js';
import type { Receiver } from '../support/webhook-receiver.js';

const OPERATOR = `hvn_${'0'.repeat(16)}_${'1'.repeat(64)}`;
const server = startHaven(
  [`auth.operatorKey=${OPERATOR}`, 'auth.open=false', 'webhooks.allowedNetworks=127.0.0.1', 'webhooks.schedule=10ms'],
  { keys: true },
);
const operator = { authorization: `Bearer ${OPERATOR}` };
let receiver: Receiver;

beforeAll(async () => {
  receiver = await startReceiver();
  await server.rest('PUT', '/collections/films', {}, operator);
});
afterAll(() => receiver.stop());

const haven = (...args: string[]) => run(['webhooks', ...args], { HAVEN_URL: server.url, HAVEN_KEY: OPERATOR }).ended;

const json = async (...args: string[]): Promise<any> => {
  const { code, stdout, stderr } = await haven(...args, '--json');
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
};

/** Returns the rows of a printed table by column names; columns start at the positions of their names. */
function rowsOf(table: string): Record<string, string>[] {
  const [head = '', ...lines] = table.trimEnd().split('\n');
  const columns = [...head.matchAll(/\S+(?: \S+)*/g)].map(({ 0: name, index }) => ({ name, index }));
  return lines.map((line) =>
    Object.fromEntries(columns.map(({ name, index }, at) => [name, line.slice(index, columns[at + 1]?.index).trim()])),
  );
}

it('creates, changes and deletes a webhook', async () => {
  const url = receiver.url('/life');
  const made = await haven('create', url, '--collection', 'films', '--header', 'x-key: a: b', '--rate', '50');
  expect(made).toMatchObject({ code: 0, stdout: expect.stringMatching(/^whsec_[\w+/]+=*\n$/) });
  expect(made.stderr).toContain('The secret is shown only once');
  await receiver.setSecret('/life', made.stdout.trim());
  const [listed] = rowsOf((await haven('list')).stdout);
  expect(listed).toMatchObject({ URL: url, COLLECTIONS: 'films', TYPES: 'all', STATE: 'active', PROBLEM: '' });
  const id = listed!['ID']!;

  const [tested] = rowsOf((await haven('test', id)).stdout);
  expect(tested).toMatchObject({ RESULT: '204', TOOK: expect.stringMatching(/^\d+ ms$/) });
  expect(receiver.receipts[0]).toMatchObject({ verified: true, type: 'webhook.test' });
  expect(receiver.receipts[0]!.headers['x-key']).toBe('a: b');

  await receiver.respondWith({ path: '/life', status: 500, times: 2 });
  await server.rest('POST', '/collections/films/records', { data: {} }, operator);
  await vi.waitFor(async () => {
    const { body } = await server.rest('GET', `/webhooks/${id}/status`, undefined, operator);
    expect(body.dead).toBe(1);
  }, 60_000);
  const [dead] = rowsOf((await haven('deliveries', id, '--state', 'dead')).stdout);
  expect(dead).toMatchObject({ STATE: 'dead', TYPE: 'record.created', VERSION: '1', ATTEMPTS: '2', LAST: '500' });
  const [shown] = rowsOf((await haven('show', id)).stdout);
  expect(shown).toMatchObject({ ID: id, LAG: '0', PENDING: '0', DEAD: '1' });
  expect((await json('show', id)).status).toMatchObject({ dead: 1, failingSince: expect.any(String) });

  expect(rowsOf((await haven('replay', id, '--dead')).stdout)).toEqual([{ DEAD: '1', UNTIL: '' }]);
  await receiver.waitForDelivered(2, '/life'); // the test event was the first
  const [again] = rowsOf((await haven('redeliver', id, dead!['ID']!)).stdout);
  expect(again).toMatchObject({ ID: dead!['ID'], STATE: 'retrying' });
  await receiver.waitForDelivered(3, '/life');
  expect((await json('replay', id, '--after', 'earliest')).until).toEqual(expect.any(String));
  await receiver.waitForDelivered(4, '/life');
  expect(
    new Set(
      receiver
        .delivered('/life')
        .slice(1)
        .map((each) => each.id),
    ),
  ).toEqual(new Set([dead!['ID']]));

  expect((await json('pause', id)).state).toBe('paused');
  expect((await json('resume', id)).state).toBe('active');
  const rotated = await haven('rotate', id, '--overlap', '0');
  expect(rotated.stdout).toMatch(/^whsec_/);
  expect(rotated.stdout).not.toBe(made.stdout);
  expect(await haven('delete', id)).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('--yes') });
  expect(await haven('delete', id, '--yes')).toEqual({
    code: 0,
    stdout: `The webhook ${id} is deleted.\n`,
    stderr: '',
  });
  expect(await json('list')).toEqual([]);
}, 160_000);

it('creates a webhook with all options', async () => {
  const made = await json(
    ...['create', receiver.url('/all'), '--collection', 'films', 'books', '--type', 'record.created', 'record.erased'],
    ...['--filter', '{"year":{"_gt":1980}}', '--payload', 'thin', '--order', 'none', '--scheme', 'v1a'],
    ...['--after', 'earliest', '--description', 'the shop'],
  );
  expect(made).toMatchObject({
    collections: ['films', 'books'],
    types: ['record.created', 'record.erased'],
    filter: { year: { _gt: 1980 } },
    payload: 'thin',
    order: 'none',
    scheme: 'v1a',
    description: 'the shop',
    publicKey: expect.stringMatching(/^whpk_/),
    secret: expect.stringMatching(/^whsk_/),
  });
});

describe('prints an error in one line for', () => {
  it.each([
    ['an internal address', ['create', 'https://10.0.0.1/'], /^VALIDATION_FAILED: .*\/url/],
    [
      'a filter that is not JSON',
      ['create', 'https://10.0.0.1/', '--filter', '{'],
      /^--filter must be JSON; got "{"\.\n$/,
    ],
    ['an invalid header', ['create', 'https://10.0.0.1/', '--header', 'x'], /^--header must have the form .*; got "x"/],
    ['an invalid rate', ['create', 'https://10.0.0.1/', '--rate', 'x'], /^"x" is not a non-negative integer/],
    ['an unknown webhook', ['show', 'x'], /^NOT_FOUND: /],
    ['an unknown state', ['deliveries', 'x', '--state', 'lost'], /Allowed choices are delivered/],
    ['nothing to replay', ['replay', 'x'], /^Use --dead, --after or both\.\n$/],
  ])('%s', async (_, args, message) => {
    expect(await haven(...args)).toEqual({ code: 1, stdout: '', stderr: expect.stringMatching(message) });
  });
});
