import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

import { afterEach, describe, expect, it } from 'vitest';

import { HavenClient } from '../../src/cli/haven-client.js';

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

describe('HavenClient', () => {
  it('streams a body and sends the key', async () => {
    const seen: unknown[] = [];
    const client = await clientOf(async (request, response) => {
      seen.push(request.method, request.url, request.headers.authorization, await text(request));
      response.end('{"imported":2}');
    });
    const answer = await client.send('POST', 'collections/a%20b/import', { body: ['{}\n', '{}\n'] });
    expect(await client.read(answer)).toBe('{"imported":2}');
    expect(seen).toEqual(['POST', '/api/v1/collections/a%20b/import', 'Bearer secret', '{}\n{}\n']);
  });

  it('prints the code, the detail and the pointers of a problem', async () => {
    const errors = [
      { code: 'type', detail: 'Must be \u001b[31minteger', pointer: '/data/year' },
      { code: 'x', detail: 'Odd', pointer: '' },
    ];
    const client = await clientOf((_request, response) => {
      response.writeHead(422).end(JSON.stringify({ code: 'SCHEMA_VIOLATION', detail: 'Line 3: no', errors }));
    });
    await expect(client.send('GET', 'x')).rejects.toMatchObject({
      status: 422,
      message: 'SCHEMA_VIOLATION: Line 3: no\n  /data/year: Must be  [31minteger\n  Odd',
    });
  });

  it('reports a response that is not from Haven', async () => {
    const client = await clientOf((_request, response) => void response.writeHead(502).end('<h1>Bad</h1>'));
    await expect(client.send('GET', 'x')).rejects.toThrow('The server responded 502 Bad Gateway.');
  });

  it('stops sending when the response arrives before the body was read', async () => {
    const client = await clientOf(
      (_request, response) => void response.writeHead(404).end('{"code":"NOT_FOUND","detail":"No."}'),
    );
    let isClosed = false;
    async function* endless(): AsyncGenerator<Buffer> {
      try {
        for (;;) {
          yield Buffer.alloc(65_536);
          await new Promise(setImmediate);
        }
      } finally {
        isClosed = true;
      }
    }
    await expect(client.send('POST', 'x', { body: endless() })).rejects.toThrow('NOT_FOUND: No.');
    expect(isClosed).toBe(true);
  });

  it('reports why the body could not be read, and aborts the request', async () => {
    const requests: IncomingMessage[] = [];
    const client = await clientOf((request) => void requests.push(request.on('error', () => undefined).resume()));
    async function* broken(): AsyncGenerator<string> {
      yield '{}\n';
      await new Promise((resolve) => setTimeout(resolve, 50));
      throw new Error('the array ends too early');
    }
    await expect(client.send('POST', 'x', { body: broken() })).rejects.toThrow('the array ends too early');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(requests.map(({ complete }) => complete)).toEqual([false]);
  });

  it('names the URL that does not respond', async () => {
    await expect(new HavenClient('http://127.0.0.1:1').send('GET', 'x')).rejects.toThrow(
      'No Haven server responds at http://127.0.0.1:1; start one with npm start.',
    );
  });

  it.each(['localhost:8080', 'ftp://x', ''])('rejects %j as a URL', (url) => {
    expect(() => new HavenClient(url)).toThrow(/is not an http:\/\/ or https:\/\/ URL/);
  });
});

async function clientOf(listener: RequestListener): Promise<HavenClient> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  // The address of a TCP server is an AddressInfo.
  return new HavenClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 'secret');
}
