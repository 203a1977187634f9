import { Writable } from 'node:stream';

import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { Log } from '@haven/observability';

import { createApp } from '../../src/app.js';
import { secondHaven, startHaven, testConfig } from '../support/haven.js';
import { OtlpReceiver } from '../support/otlp-receiver.js';
import type { SentSpan } from '../support/otlp-receiver.js';

const haven = startHaven();
const receiver = await OtlpReceiver.start();

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';
const SERVER = 2;
const CLIENT = 3;

/** Secrets with distinctive texts, so that they can be found in any output. */
const SECRETS = {
  document: 'd0cument-secret',
  header: 'c00kie-secret',
  query: 'addre55-secret',
  otlp: 'endp0int-secret',
};

beforeEach(() => receiver.clear());
afterAll(() => receiver.stop());

/**
 * Sends requests to a Haven that exports traces, and returns all spans, which are exported when the Haven is closed.
 */
async function traced(act: (ask: Ask) => Promise<unknown>, settings: string[] = []): Promise<SentSpan[]> {
  const { app, url } = await secondHaven(haven, [`telemetry.otlpEndpoint=${receiver.url}`, ...settings]);
  try {
    await act(async (method, path, body, headers = {}) => {
      const response = await fetch(url + path, {
        method,
        headers: { 'content-type': 'application/json', 'x-test-tenant': haven.tenant, ...headers },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      return { status: response.status, headers: response.headers, body: (await response.json()) as any };
    });
  } finally {
    await app.close();
  }
  return receiver.spans;
}

type Ask = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<{ status: number; headers: Headers; body: any }>;

const named = (spans: SentSpan[], name: string): SentSpan => {
  const found = spans.find((span) => span.name === name);
  if (!found) throw new Error(`No span ${name} among ${spans.map((span) => span.name).join(', ')}`);
  return found;
};

const FILM = { data: { title: SECRETS.document } };

describe('the spans of a request over REST', () => {
  it('connect the client, the use case and the statements, and events have the trace id', async () => {
    let answered: Awaited<ReturnType<Ask>> | undefined;
    const spans = await traced(async (ask) => {
      await ask('POST', '/api/v1/collections', { name: 'films' });
      answered = await ask('POST', '/api/v1/collections/films/records', FILM, {
        traceparent: `00-${TRACE}-${PARENT}-01`,
        tracestate: 'vendor=1',
      });
    });
    const own = spans.filter(({ traceId }) => traceId === TRACE);
    const server = named(own, 'POST /api/v1/collections/:collection/records');
    const useCase = named(own, 'RecordsController.create');
    const statement = named(own, 'records.append');
    expect(server).toMatchObject({
      parentId: PARENT,
      kind: SERVER,
      isError: false,
      attributes: {
        'http.request.method': 'POST',
        'http.route': '/api/v1/collections/:collection/records',
        'http.response.status_code': '201',
        'url.scheme': 'http',
      },
    });
    expect(useCase.parentId).toBe(server.spanId);
    expect(statement).toMatchObject({
      parentId: useCase.spanId,
      kind: CLIENT,
      attributes: { 'db.system.name': 'postgresql', 'db.query.summary': 'records.append' },
    });
    expect(server.start).toBeLessThanOrEqual(useCase.start);
    expect(useCase.start).toBeLessThanOrEqual(statement.start);
    expect(statement.end).toBeLessThanOrEqual(useCase.end);
    expect(useCase.end).toBeLessThanOrEqual(server.end);
    expect(answered?.headers.get('traceresponse')).toBe(`00-${TRACE}-${server.spanId}-01`);
    const { body } = await haven.rest('GET', `/collections/films/records/${answered?.body.id}/history`);
    expect(JSON.stringify(body)).toContain(TRACE);
  });

  it('start a new trace if the client sends no valid one', async () => {
    const spans = await traced(async (ask) => {
      await ask('GET', '/api/v1/collections');
      await ask('GET', '/api/v1/collections', undefined, { traceparent: `00-${TRACE}-0000000000000000-01` });
    });
    const servers = spans.filter(({ kind }) => kind === SERVER);
    expect(servers).toHaveLength(2);
    for (const { traceId, parentId } of servers)
      expect([traceId, parentId]).toEqual([expect.not.stringMatching(TRACE), '']);
    expect(new Set(servers.map(({ traceId }) => traceId)).size).toBe(2);
  });

  it('have the code of a client error, and only server errors are marked as errors', async () => {
    const spans = await traced(async (ask) => {
      await ask('GET', '/api/v1/collections/none');
      await ask('GET', '/nowhere');
    });
    const refused = named(spans, 'GET /api/v1/collections/:collection');
    expect([refused.attributes['error.type'], refused.attributes['http.response.status_code']]).toEqual([
      'NOT_FOUND',
      '404',
    ]);
    expect(refused.isError).toBe(false);
    expect(named(spans, 'GET').attributes['http.route']).toBeUndefined();
  });
});

it('records a span for a GraphQL operation, named by its type', async () => {
  const spans = await traced(async (ask) => {
    await ask('POST', '/graphql', {
      query: 'mutation Secretly { createCollection(input: { name: "songs" }) { name } }',
    });
  });
  const server = named(spans, 'POST /graphql');
  const operation = named(spans, 'mutation');
  expect(operation.parentId).toBe(server.spanId);
  expect(operation.attributes).toEqual({ 'graphql.operation.type': 'mutation' });
  expect(named(spans, 'commit').parentId).toBe(operation.spanId);
  expect(receiver.everything).not.toContain('Secretly');
});

describe('sampling', () => {
  it('of 0 exports only traces that the client records', async () => {
    const none = ['telemetry.traceSampling=0'];
    expect(await traced((ask) => ask('GET', '/api/v1/collections'), none)).toEqual([]);
    expect(receiver.sent.filter(({ path }) => path === '/v1/traces')).toEqual([]);
    const sampled = { traceparent: `00-${TRACE}-${PARENT}-01` };
    const spans = await traced((ask) => ask('GET', '/api/v1/collections', undefined, sampled), none);
    expect(spans.map(({ traceId }) => traceId)).toContain(TRACE);
  });

  it('of 1 omits traces that the client does not record, but uses their trace ids', async () => {
    const headers = { traceparent: `00-${TRACE}-${PARENT}-00` };
    let answered: Awaited<ReturnType<Ask>> | undefined;
    const spans = await traced(
      async (ask) => (answered = await ask('GET', '/api/v1/collections/none', undefined, headers)),
    );
    expect(spans).toEqual([]);
    expect(answered?.body.traceId).toBe(TRACE);
    expect(answered?.headers.get('traceresponse')).toBeNull();
  });
});

it('exports metrics with the configured resource', async () => {
  await traced(
    (ask) => ask('GET', '/api/v1/collections'),
    ['telemetry.serviceName=films', 'telemetry.resourceAttributes=deployment.environment.name=test,team=a%20b'],
  );
  const { names, resource } = receiver.metrics;
  expect(names).toEqual(
    expect.arrayContaining(['http.server.request.duration', 'db.client.operation.duration', 'haven.cache.lookups']),
  );
  expect(resource).toMatchObject({ 'service.name': 'films', 'deployment.environment.name': 'test', team: 'a b' });
});

it('exports no document, header, parameter or URL, and sends the configured headers', async () => {
  await traced(
    async (ask) => {
      await ask('POST', '/api/v1/collections', { name: 'films' });
      const { body } = await ask('POST', '/api/v1/collections/films/records', FILM, { cookie: SECRETS.header });
      await ask('GET', `/api/v1/collections/films/records/${body.id}?${SECRETS.query}=1`);
      await ask(
        'GET',
        `/api/v1/collections/films/records?filter=${encodeURIComponent(JSON.stringify({ title: SECRETS.document }))}`,
      );
      await ask('POST', '/graphql', { query: 'query Q($v: String!) { __typename }', variables: { v: SECRETS.query } });
      expect(receiver.everything).not.toContain(body.id);
    },
    [`telemetry.otlpHeaders=authorization=Bearer%20${SECRETS.otlp}`],
  );
  expect(receiver.spans.length).toBeGreaterThan(5);
  for (const [name, secret] of Object.entries(SECRETS)) expect(receiver.everything.includes(secret), name).toBe(false);
  for (const { headers } of receiver.sent) {
    expect(headers['authorization']).toBe(`Bearer ${SECRETS.otlp}`);
    expect(headers['content-type']).toBe('application/x-protobuf');
  }
});

it('keeps serving and logs a warning without the headers if the export fails', async () => {
  const lines: string[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  receiver.status = 400;
  const config = testConfig([
    'log.level=info',
    `telemetry.otlpEndpoint=${receiver.url}`,
    `telemetry.otlpHeaders=authorization=${SECRETS.otlp}`,
  ]);
  const app = await createApp(config, haven.address, new Log(config, destination));
  try {
    await app.listen(0, '127.0.0.1');
    const { port } = app.getHttpServer().address() as { port: number };
    expect((await fetch(`http://127.0.0.1:${port}/api/v1/collections`)).status).toBe(200);
  } finally {
    await app.close();
    receiver.status = 200;
  }
  await vi.waitFor(() => expect(lines.join('')).toContain('Telemetry could not be sent'));
  expect(lines.join('')).not.toContain(SECRETS.otlp);
  const line = lines.map((text) => JSON.parse(text)).find(({ message }) => message === 'request');
  const [server] = receiver.spans.filter(({ kind }) => kind === SERVER);
  expect([line.trace_id, line.span_id]).toEqual([server?.traceId, server?.spanId]);
});

it('logs trace and span ids of each request even if no spans are recorded', async () => {
  const lines: string[] = [];
  const destination = { write: (text: string) => void lines.push(text) };
  const config = testConfig(['log.level=info']);
  const app = await createApp(config, haven.address, new Log(config, destination));
  try {
    await app.listen(0, '127.0.0.1');
    const { port } = app.getHttpServer().address() as { port: number };
    for (const traceparent of [`00-${TRACE}-${PARENT}-01`, 'nonsense'])
      await fetch(`http://127.0.0.1:${port}/api/v1/collections`, { headers: { traceparent } });
    await vi.waitFor(() => expect(lines.filter((line) => line.includes('"request"'))).toHaveLength(2));
  } finally {
    await app.close();
  }
  const [first, second] = lines.map((line) => JSON.parse(line)).filter(({ message }) => message === 'request');
  expect(first.trace_id).toBe(TRACE);
  expect(second.trace_id).toMatch(/^[0-9a-f]{32}$/);
  for (const { span_id } of [first, second]) expect(span_id).toMatch(/^(?!0{16})[0-9a-f]{16}$/);
  expect(first.span_id).not.toBe(second.span_id);
});
