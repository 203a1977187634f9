import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import WebSocket from 'ws';

import { secondHaven, startHaven, testConfig } from '../support/haven.js';
import type { ApiResponse } from '../support/haven.js';

const haven = startHaven();
const waitFor = <T>(check: () => T | Promise<T>): Promise<T> => vi.waitFor(check, { timeout: 20_000, interval: 10 });
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

const LIST = 'query List($first: Int) { collections(first: $first) { totalCount } }';
const FOLLOW = 'subscription Follow { changes { type } }';
const MAKE = 'mutation Make { createCollection(input: { name: "made" }) { name } }';
const OTHER = '{ __typename }';
const DIRECTORY = mkdtempSync(join(tmpdir(), 'haven-trusted-'));

const running = {} as Record<'prefer' | 'only', { url: string; close(): Promise<void> }>;

beforeAll(async () => {
  writeFileSync(join(DIRECTORY, 'manifest.json'), JSON.stringify({ list: LIST, follow: FOLLOW }));
  writeFileSync(join(DIRECTORY, 'make.graphql'), MAKE);
  for (const mode of ['prefer', 'only'] as const) {
    const settings = [`graphql.trustedDocuments=${mode}`, `graphql.trustedDocumentsPath=${DIRECTORY}`];
    const { app, url } = await secondHaven(haven, settings);
    running[mode] = { url, close: () => app.close() };
  }
});
afterAll(async () => {
  for (const { close } of Object.values(running)) await close();
  rmSync(DIRECTORY, { recursive: true });
});

const sockets: WebSocket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.terminate();
});

type Mode = 'off' | 'prefer' | 'only';
const urlOf = (mode: Mode): string => (mode === 'off' ? haven.url : running[mode].url);

async function post(mode: Mode, body: unknown): Promise<ApiResponse> {
  return read(
    await fetch(`${urlOf(mode)}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-test-tenant': haven.tenant },
      body: JSON.stringify(body),
    }),
  );
}

async function get(mode: Mode, parameters: Record<string, string>): Promise<ApiResponse> {
  return read(
    await fetch(`${urlOf(mode)}/graphql?${new URLSearchParams(parameters)}`, {
      headers: { 'apollo-require-preflight': '1', 'x-test-tenant': haven.tenant },
    }),
  );
}

async function read(response: Response): Promise<ApiResponse> {
  return { status: response.status, headers: response.headers, body: await response.json() };
}

/** Sends one subscription over a WebSocket and returns the response. */
async function ask(mode: Mode, payload: unknown): Promise<any> {
  const socket = new WebSocket(`${urlOf(mode).replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
    headers: { 'x-test-tenant': haven.tenant },
  });
  sockets.push(socket);
  const messages: any[] = [];
  socket.on('open', () => socket.send('{"type":"connection_init"}'));
  socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString());
    if (message.type === 'connection_ack') socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload }));
    else messages.push(message);
  });
  return waitFor(() => {
    expect(messages.length).toBeGreaterThan(0);
    return messages[0];
  });
}

const persisted = (text: string) => ({ persistedQuery: { version: 1, sha256Hash: hashOf(text) } });
const refusal = ({ status, body }: ApiResponse) => [status, body.errors?.[0].extensions.code, body.errors?.[0].message];

describe('a trusted document', () => {
  it.each<[string, unknown]>([
    ["its hash, as Apollo's clients say it", { extensions: persisted(LIST) }],
    ['its hash, as GraphQL over HTTP says it', { documentId: `sha256:${hashOf(LIST)}` }],
    ['the id of the manifest', { documentId: 'list' }],
    ['itself', { query: LIST }],
    ['itself and its hash', { query: LIST, extensions: persisted(LIST) }],
  ])('is executed by %s', async (_how, body) => {
    for (const mode of ['prefer', 'only'] as const) {
      const answer = await post(mode, { ...(body as object), variables: { first: 1 }, operationName: 'List' });
      expect([answer.status, answer.body], mode).toEqual([200, { data: { collections: { totalCount: 0 } } }]);
    }
  });

  it('is executed by GET, unless it is a mutation', async () => {
    const ways = [{ documentId: 'list' }, { extensions: JSON.stringify(persisted(LIST)) }] as Record<string, string>[];
    for (const way of ways) expect((await get('only', way)).body).toEqual({ data: { collections: { totalCount: 0 } } });
    expect((await get('only', { documentId: hashOf(MAKE) })).status).toBe(405);
    expect((await post('only', { documentId: hashOf(MAKE) })).body).toEqual({
      data: { createCollection: { name: 'made' } },
    });
  });

  it('can be a subscription over a WebSocket', async () => {
    for (const payload of [
      { documentId: 'follow' },
      { query: '', extensions: persisted(FOLLOW) },
      { extensions: persisted(FOLLOW) },
      { query: FOLLOW },
    ])
      expect(await ask('only', payload)).toMatchObject({
        type: 'next',
        payload: { data: { changes: { type: 'ready' } } },
      });
  });

  it('is subject to the same limits as other documents', async () => {
    const { body } = await post('only', { documentId: 'list', variables: { first: 500 } });
    expect(body.errors).toBeUndefined();
    const costly = await secondHaven(haven, [
      'graphql.trustedDocuments=only',
      `graphql.trustedDocumentsPath=${DIRECTORY}`,
      'limits.graphqlCost=100',
    ]);
    const answer = await fetch(`${costly.url}/graphql?documentId=list&variables={"first":500}`, {
      headers: { 'apollo-require-preflight': '1' },
    });
    expect(refusal(await read(answer))).toMatchObject([400, 'GRAPHQL_LIMIT_EXCEEDED', expect.stringContaining('511')]);
    await costly.app.close();
  });
});

describe('an untrusted document', () => {
  it('is not found by its hash, and not stored when it is sent', async () => {
    for (const mode of ['prefer', 'only'] as const) {
      const unknown = [404, 'PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound'];
      expect(refusal(await post(mode, { extensions: persisted(OTHER) }))).toEqual(unknown);
      expect(refusal(await post(mode, { documentId: 'nope' }))).toEqual(unknown);
      await post(mode, { query: OTHER, extensions: persisted(OTHER) });
      expect(refusal(await post(mode, { extensions: persisted(OTHER) }))).toEqual(unknown);
    }
  });

  it('is executed in mode `prefer` and rejected in mode `only`', async () => {
    expect((await post('prefer', { query: OTHER })).body).toEqual({ data: { __typename: 'Query' } });
    for (const body of [{ query: OTHER }, { query: OTHER, documentId: 'list' }, { query: `${LIST} ` }])
      expect(refusal(await post('only', body))).toMatchObject([403, 'DOCUMENT_NOT_TRUSTED', expect.any(String)]);
    expect(refusal(await get('only', { query: OTHER })).slice(0, 2)).toEqual([403, 'DOCUMENT_NOT_TRUSTED']);
  });

  it('is rejected however the query string is encoded', async () => {
    for (const search of [
      'query={__typename}&query={__typename}',
      'qu%65ry={__typename}',
      '&&query=%7B__typename%7D',
    ]) {
      const response = await fetch(`${running.only.url}/graphql?${search}`, {
        headers: { 'apollo-require-preflight': '1' },
      });
      expect([400, 403], search).toContain(response.status);
      expect(await response.text(), search).not.toContain('"data"');
    }
  });

  it('is rejected over a WebSocket too', async () => {
    const other = 'subscription { changes { cursor } }';
    const code = async (mode: Mode, payload: unknown) => (await ask(mode, payload)).payload[0].extensions.code;
    expect(await code('only', { query: other })).toBe('DOCUMENT_NOT_TRUSTED');
    expect(await code('only', { documentId: 'nope' })).toBe('PERSISTED_QUERY_NOT_FOUND');
    expect(await code('off', { documentId: 'follow' })).toBe('PERSISTED_QUERY_NOT_SUPPORTED');
  });

  it('is rejected if its hash does not match', async () => {
    const answer = await post('prefer', { query: OTHER, extensions: persisted(LIST) });
    expect(refusal(answer).slice(0, 2)).toEqual([400, 'MALFORMED_GRAPHQL']);
  });
});

describe('without trusted documents', () => {
  it('a request by hash gets PERSISTED_QUERY_NOT_SUPPORTED, and other documents are executed', async () => {
    const none = [400, 'PERSISTED_QUERY_NOT_SUPPORTED', 'PersistedQueryNotSupported'];
    expect(refusal(await post('off', { extensions: persisted(LIST) }))).toEqual(none);
    expect(refusal(await post('off', { documentId: 'list' }))).toEqual(none);
    expect((await post('off', { query: OTHER, extensions: persisted(OTHER) })).body).toEqual({
      data: { __typename: 'Query' },
    });
    expect(refusal(await post('off', { extensions: persisted(OTHER) }))).toEqual(none);
  });

  it('the mode `only` is rejected', () => {
    expect(() => testConfig(['graphql.trustedDocuments=only'])).toThrow('requires graphql.trustedDocumentsPath');
  });
});
