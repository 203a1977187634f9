import 'reflect-metadata';

import type { LookupAddress } from 'node:dns';
import { createServer as createTcpServer } from 'node:net';
import type { Socket } from 'node:net';
import tls from 'node:tls';
import { gzipSync } from 'node:zlib';

import { Test } from '@nestjs/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { HavenConfig, loadConfig } from '@haven/config';
import { Log } from '@haven/observability';

import { WebhookClient } from '../../../../libs/webhooks/src/domain/webhook-client.js';
import type { WebhookResponse } from '../../../../libs/webhooks/src/domain/webhook-client.js';
import { UndiciWebhookClient } from '../../../../libs/webhooks/src/infrastructure/undici-webhook-client.js';
import { testConfig } from '../support/haven.js';
import { Receiver } from '../support/receiver.js';
import { selfSigned } from '../support/self-signed.js';

/** Functions that are run after each test, the last one first. */
const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of cleanups.splice(0).reverse()) await end();
});

/** Waits until the condition holds. The timeout is long because the machine may be busy. */
const waitFor = (condition: () => void) => vi.waitFor(condition, { timeout: 20_000 });

const never = new AbortController().signal;
const NO_NETWORKS = 'webhooks.allowedNetworks=';
const loopback: LookupAddress = { address: '127.0.0.1', family: 4 };
const outside: LookupAddress = { address: '8.8.8.8', family: 4 };

async function receiver(options?: { tls: boolean }): Promise<Receiver> {
  const started = await Receiver.start(options);
  cleanups.push(() => started.stop());
  return started;
}

/** Starts a TCP server with a custom handler for connections. */
async function rawReceiver(onConnection: (socket: Socket) => void, scheme = 'http'): Promise<Receiver> {
  const started = await Receiver.over(
    createTcpServer((socket) => {
      socket.on('error', () => undefined);
      onConnection(socket);
    }),
    scheme,
  );
  cleanups.push(() => started.stop());
  return started;
}

function clientWith(
  settings: string[] = [],
  resolve?: (host: string) => Promise<LookupAddress[]>,
): UndiciWebhookClient {
  const config = testConfig(settings);
  const made = new UndiciWebhookClient(config, new Log(config), resolve);
  cleanups.push(() => made.onModuleDestroy());
  return made;
}

const send = (to: string, by: WebhookClient = clientWith(), signal = never): Promise<WebhookResponse> =>
  by.send({ url: to, headers: { 'content-type': 'application/json', 'webhook-id': '1' }, body: '{"å":1}' }, signal);
const noResponse = (error: string) => ({ status: null, error, excerpt: null, retryAfterMs: null });

describe('a request', () => {
  it('is sent unchanged, with a User-Agent and without Accept-Encoding', async () => {
    const to = await receiver();
    expect(await send(to.url())).toEqual({
      status: 200,
      error: null,
      excerpt: 'ok',
      retryAfterMs: null,
      durationMs: expect.any(Number),
    });
    expect(to.received).toMatchObject([{ method: 'POST', url: '/hook?a=b', body: '{"å":1}' }]);
    expect(to.received[0]?.headers).toEqual({
      host: `127.0.0.1:${to.port}`,
      connection: 'keep-alive',
      'content-type': 'application/json',
      'content-length': '8',
      'webhook-id': '1',
      'user-agent': 'Haven',
      'accept-encoding': 'identity',
    });
  });

  it('uses a connection that is kept alive for a short time', async () => {
    const to = await receiver();
    const by = clientWith();
    for (let sent = 0; sent < 20; sent++) await send(to.url(), by);
    expect(to.sockets).toHaveLength(1);
    await waitFor(() => expect(to.sockets[0]?.destroyed).toBe(true));
    expect(await send(to.url(), by)).toMatchObject({ status: 200 });
  });
});

describe('a response', () => {
  it.each([204, 400, 410, 500, 503])('can have the status %i', async (status) => {
    const to = await receiver();
    to.handler = (_request, response) => void response.writeHead(status).end();
    expect(await send(to.url())).toMatchObject({ status, error: null, excerpt: '' });
  });

  it.each([301, 302, 303, 307, 308])('can be the redirect %i, which is not followed', async (status) => {
    const [to, other] = [await receiver(), await receiver()];
    to.handler = (_request, response) => void response.writeHead(status, { location: other.url() }).end('there');
    expect(await send(to.url())).toMatchObject({ status, error: null, excerpt: 'there' });
    expect(other.sockets).toEqual([]);
  });

  it('can have Retry-After in seconds or as a date', async () => {
    const to = await receiver();
    let after = '120';
    to.handler = (_request, response) => void response.writeHead(503, { 'retry-after': after }).end();
    expect(await send(to.url())).toMatchObject({ status: 503, retryAfterMs: 120_000 });
    after = new Date(Date.now() + 3_600_000).toUTCString();
    const { retryAfterMs } = await send(to.url());
    expect(retryAfterMs).toBeGreaterThan(3_000_000);
    expect(retryAfterMs).toBeLessThanOrEqual(3_600_000);
    after = new Date(Date.now() + 100 * 3_600_000).toUTCString();
    expect(await send(to.url())).toMatchObject({ retryAfterMs: 24 * 3_600_000 });
  });

  it('is stored as text that PostgreSQL accepts', async () => {
    const to = await receiver();
    to.handler = (_request, response) => void response.end(Buffer.from([0x61, 0x00, 0xff, 0x62]));
    expect((await send(to.url())).excerpt).toBe('a\u{fffd}\u{fffd}b');
  });

  it('is truncated to 4 KiB of whole characters', async () => {
    const to = await receiver();
    to.handler = (_request, response) => void response.end(`a${'å'.repeat(10_000)}`);
    expect((await send(to.url())).excerpt).toBe(`a${'å'.repeat(2_047)}`);
  });

  it('is not decompressed', async () => {
    const to = await receiver();
    const zipped = gzipSync('a'.repeat(1_000_000));
    to.handler = (_request, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(zipped);
    expect(Buffer.from((await send(to.url())).excerpt ?? '').length).toBeLessThan(3 * 4_096);
  });

  it('that does not end is aborted', async () => {
    const to = await receiver();
    let sent = 0;
    to.handler = (_request, response) => {
      const block = Buffer.alloc(65_536, 'x');
      const more = () => {
        while (!response.destroyed && response.write(block)) sent += block.length;
      };
      response.on('drain', more);
      more();
    };
    expect(await send(to.url())).toMatchObject({ status: 200, excerpt: 'x'.repeat(4_096) });
    await waitFor(() => expect(to.sockets[0]?.destroyed).toBe(true));
    // The receiver would send without end, so what it could send was limited only by the buffers of the kernel.
    expect(sent).toBeLessThan(64 * 1_048_576);
  });
});

describe('the timeout of an attempt', () => {
  const brief = ['webhooks.timeout=300ms'];

  it('applies if there is no response', async () => {
    const to = await receiver();
    to.handler = () => undefined;
    const outcome = await send(to.url(), clientWith(brief));
    expect(outcome).toMatchObject(noResponse('timeout'));
    expect(outcome.durationMs).toBeGreaterThan(0);
    await waitFor(() => expect(to.sockets[0]?.destroyed).toBe(true));
  });

  it('applies to headers that are sent slowly', async () => {
    const to = await rawReceiver((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nx: ');
      const drip = setInterval(() => socket.write('x'), 10);
      socket.on('close', () => clearInterval(drip));
    });
    expect(await send(to.url(), clientWith(brief))).toMatchObject(noResponse('timeout'));
  });

  it('applies to a body that is sent slowly, and the status is kept', async () => {
    const to = await receiver();
    to.handler = (_request, response) => {
      response.writeHead(200).write('begun');
      const drip = setInterval(() => response.write('.'), 10);
      response.on('close', () => clearInterval(drip));
    };
    const outcome = await send(to.url(), clientWith(brief));
    expect(outcome).toMatchObject({ status: 200, error: null });
    expect(outcome.excerpt).toMatch(/^begun\.*$/);
    await waitFor(() => expect(to.sockets[0]?.destroyed).toBe(true));
  });

  it('applies while connecting', async () => {
    const to = await rawReceiver((socket) => socket.resume(), 'https');
    expect(await send(to.url(), clientWith(brief))).toMatchObject(noResponse('timeout'));
    await waitFor(() => expect(to.sockets[0]?.destroyed).toBe(true));
  });

  it('applies to the DNS lookup', async () => {
    const slow = clientWith(brief, () => new Promise(() => undefined));
    expect(await send('https://hooks.example/', slow)).toMatchObject(noResponse('timeout'));
  });
});

describe('the client', () => {
  it('can abort an attempt, before and while it runs', async () => {
    const to = await receiver();
    const stopping = new AbortController();
    to.handler = () => stopping.abort();
    expect(await send(to.url(), clientWith(), stopping.signal)).toMatchObject(noResponse('stopped'));
    expect(await send(to.url(), clientWith(), stopping.signal)).toMatchObject(noResponse('stopped'));
    expect(to.received).toHaveLength(1);
  });

  it('closes all connections, including those that are still connecting', async () => {
    const [idle, hanging] = [await receiver(), await rawReceiver((socket) => socket.resume(), 'https')];
    const config = testConfig(['webhooks.timeout=5m']);
    const by = new UndiciWebhookClient(config, new Log(config));
    const stopping = new AbortController();
    await send(idle.url(), by);
    const outcome = send(hanging.url(), by, stopping.signal);
    await waitFor(() => expect(hanging.sockets).toHaveLength(1));
    stopping.abort();
    expect(await outcome).toMatchObject(noResponse('stopped'));
    await by.onModuleDestroy();
    for (const { sockets } of [idle, hanging]) await waitFor(() => expect(sockets[0]?.destroyed).toBe(true));
    expect(await send(idle.url(), by)).toMatchObject(noResponse('stopped'));
  });

  it('is created by Nest, and logs the allowed networks at start', async () => {
    const lines: string[] = [];
    const start = async (settings: string[]) => {
      const config = testConfig(['log.level=info', ...settings]);
      const log = new Log(config, { write: (line) => void lines.push(line) });
      const module = await Test.createTestingModule({
        providers: [
          { provide: WebhookClient, useClass: UndiciWebhookClient },
          { provide: HavenConfig, useValue: config },
          { provide: Log, useValue: log },
        ],
      }).compile();
      cleanups.push(() => module.close());
      await module.init();
      return module.get(WebhookClient);
    };
    await start([NO_NETWORKS]);
    expect(lines).toEqual([]);
    const to = await receiver();
    expect(await send(to.url('localhost'), await start([]))).toMatchObject({ status: 200 });
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      {
        severity: 'info',
        message: 'Webhooks may be sent to the networks 127.0.0.0/8, ::1/128 (webhooks.allowedNetworks)',
      },
    ]);
  });
});

describe('webhooks.allowLoopback', () => {
  const local = (settings: string[]) => {
    const { config } = loadConfig({ configDir: 'config', env: { HAVEN_ENV: 'local' }, set: settings });
    const made = new UndiciWebhookClient(config, new Log(config, { write: () => undefined }));
    cleanups.push(() => made.onModuleDestroy());
    return made;
  };

  it('allows programs on this machine only while no key is required', async () => {
    const to = await receiver();
    expect(await send(to.url('localhost'), local([]))).toMatchObject({ status: 200 });
    await local([]).check(to.url());
    const keyed = local(['auth.open=false']);
    expect(await send(to.url('localhost'), keyed)).toMatchObject({ status: null });
    await expect(keyed.check(to.url())).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    expect(to.received).toHaveLength(1);
  });

  it('is not needed for networks in webhooks.allowedNetworks', async () => {
    const to = await receiver();
    const keyed = local(['auth.open=false', 'webhooks.allowedNetworks=127.0.0.1']);
    expect(await send(to.url(), keyed)).toMatchObject({ status: 200 });
  });
});

describe('a failure', () => {
  it('of the connection has its error code', async () => {
    const gone = await Receiver.start();
    const url = gone.url();
    await gone.stop();
    expect(await send(url)).toMatchObject(noResponse('ECONNREFUSED'));
    expect(await send(url.replace('127.0.0.1', 'localhost'))).toMatchObject(noResponse('ECONNREFUSED'));
  });

  it('of the receiver has a description', async () => {
    const closing = await rawReceiver((socket) => socket.once('data', () => socket.end()));
    expect(await send(closing.url())).toMatchObject(noResponse('connection closed'));
    const babbling = await rawReceiver((socket) => socket.once('data', () => socket.end('220 mail.example ESMTP\r\n')));
    expect(await send(babbling.url())).toMatchObject(noResponse('invalid HTTP response'));
    const shouting = await rawReceiver((socket) =>
      socket.once('data', () => socket.write(`HTTP/1.1 200 OK\r\nx: ${'x'.repeat(100_000)}\r\n\r\n`)),
    );
    expect(await send(shouting.url())).toMatchObject(noResponse('headers too long'));
  });

  it('of DNS has its error code', async () => {
    const by = clientWith([], async () => {
      throw Object.assign(new Error('getaddrinfo ENOTFOUND hooks.example'), { code: 'ENOTFOUND' });
    });
    expect(await send('https://hooks.example/', by)).toMatchObject(noResponse('ENOTFOUND'));
    await expect(by.check('https://hooks.example/')).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
  });

  it('of TLS has its error code, and nothing is sent', async () => {
    const to = await receiver({ tls: true });
    const by = clientWith([], async () => [loopback]);
    expect(await send(to.url('hooks.example'), by)).toMatchObject(noResponse('DEPTH_ZERO_SELF_SIGNED_CERT'));
    const trusted = tls.getCACertificates('default');
    cleanups.push(async () => tls.setDefaultCACertificates(trusted));
    tls.setDefaultCACertificates([selfSigned.cert]);
    expect(await send(to.url('other.example'), by)).toMatchObject(noResponse('ERR_TLS_CERT_ALTNAME_INVALID'));
    expect(to.received).toEqual([]);
    expect(await send(to.url('hooks.example'), by)).toMatchObject({ status: 200 });
    const plain = await receiver();
    expect((await send(plain.url().replace('http:', 'https:'))).error).toMatch(/^(ERR_SSL_\w+|EPROTO)$/);
  });
});

describe('a URL of an internal address', () => {
  it('is rejected by its text and by DNS, with the pointer /url', async () => {
    const by = clientWith([NO_NETWORKS], async () => [loopback]);
    for (const url of [
      'no url',
      'http://127.0.0.1/',
      'https://localhost/',
      'https://a@hooks.example/',
      'https://hooks.example/',
    ])
      await expect(by.check(url)).rejects.toMatchObject({
        code: 'VALIDATION_FAILED',
        extras: { errors: [{ pointer: '/url' }] },
      });
    await clientWith([NO_NETWORKS], async () => [outside]).check('https://hooks.example/');
    await clientWith().check('http://127.0.0.1:3000/');
  });

  it('is not connected to if DNS changes after the check', async () => {
    const to = await receiver();
    const answers = [[outside], [loopback]];
    const by = clientWith([NO_NETWORKS, 'webhooks.allowHttp=true'], async () => answers.shift() ?? []);
    await by.check(to.url('hooks.example'));
    expect(await send(to.url('hooks.example'), by)).toMatchObject(noResponse('no public address'));
    expect(to.sockets).toEqual([]);
  });

  it('is not connected to without DNS', async () => {
    const to = await receiver();
    const by = clientWith([NO_NETWORKS, 'webhooks.allowHttp=true']);
    for (const host of ['127.0.0.1', '2130706433', '0x7f.1', 'localhost', '[::ffff:127.0.0.1]'])
      expect(await send(to.url(host), by)).toMatchObject(noResponse('no public address'));
    expect(to.sockets).toEqual([]);
  });

  it('is not connected to if only another address of the name is allowed', async () => {
    const to = await receiver();
    const both = async () => [{ address: '127.0.0.2', family: 4 }, { address: '::1', family: 6 }, loopback];
    const by = clientWith(['webhooks.allowedNetworks=127.0.0.1'], both);
    expect(await send(to.url('hooks.example'), by)).toMatchObject({ status: 200 });
    expect(to.sockets.map(({ localAddress }) => localAddress)).toEqual(['127.0.0.1']);
  });

  it('is not connected to by a redirect', async () => {
    const [to, inside] = [await receiver(), await receiver()];
    to.handler = (_request, response) => void response.writeHead(307, { location: inside.url() }).end();
    expect(await send(to.url())).toMatchObject({ status: 307 });
    expect(inside.sockets).toEqual([]);
  });

  it('gets no data if the connected address differs from the lookup', async () => {
    const bytes: Buffer[] = [];
    const to = await rawReceiver((socket) => socket.on('data', (data) => bytes.push(data)));
    const by = clientWith([NO_NETWORKS, 'webhooks.allowHttp=true'], async () => [outside]);
    expect(await send(to.url(), by)).toMatchObject(noResponse('no public address'));
    await waitFor(() => expect(to.sockets[0]?.destroyed).toBe(true));
    expect(bytes).toEqual([]);
  });
});
