import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { secondHaven, startHaven } from '../support/haven.js';

const ASSETS = 'dist/console/assets';
const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

const haven = startHaven(['console.enabled=true', 'server.trustProxy=loopback']);

interface Received {
  status: number;
  headers: IncomingHttpHeaders;
  bytes: Buffer;
  text: string;
}

/** Sends a request and returns the response as it was sent, which `fetch` would decode. */
function send(path: string, headers: object = {}, { method = 'GET', url = haven.url } = {}): Promise<Received> {
  return new Promise((resolve, reject) => {
    const sent = request(`${url}${path}`, { method, headers: { ...headers } });
    sent.on('error', reject).on('response', (response) => {
      buffer(response)
        .then((bytes) =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes, text: String(bytes) }),
        )
        .catch(reject);
    });
    sent.end();
  });
}

const nonceOf = ({ text }: Received): string => /name="style-nonce" content="([^"]*)"/.exec(text)?.[1] ?? '';
const policyOf = ({ headers }: Received): string => String(headers['content-security-policy']);

/** Returns the URLs of the scripts and style sheets that the page loads, as the browser resolves them. */
function filesOf({ text }: Received): string[] {
  const base = /<base href="([^"]*)"/.exec(text)?.[1] ?? '';
  return [...text.matchAll(/<(?:script|link)[^>]* (?:src|href)="(?!data:)([^"]*)"/g)].map(
    ([, path = '']) => new URL(path, `http://haven${base}`).pathname,
  );
}

describe('the page of the console', () => {
  it.each([
    '/console',
    '/console/',
    '/console/collections/films',
    '/console/collections/%3Cscript%3E/records/1',
    '/console/nowhere',
  ])('is served at %s', async (path) => {
    const page = await send(path, HTML);
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(filesOf(page).length).toBeGreaterThan(1);
  });

  it('has a new nonce each time, in its policy too, and is not stored', async () => {
    const pages = [await send('/console', HTML), await send('/console', HTML)];
    const nonces = pages.map(nonceOf);
    for (const nonce of nonces) expect(Buffer.from(nonce, 'base64')).toHaveLength(16);
    expect(nonces[0]).not.toBe(nonces[1]);
    for (const [n, page] of pages.entries()) {
      expect(policyOf(page).split('; ')).toContain(`style-src 'self' 'nonce-${nonces[n]}'`);
      expect(page.headers['cache-control']).toBe('no-store');
      expect(page.headers['etag']).toBeUndefined();
    }
  });

  it('allows only scripts and styles of this server', async () => {
    const page = await send('/console', HTML);
    const policy = policyOf(page);
    expect(policy).toContain("default-src 'none'; script-src 'self';");
    for (const directive of ["connect-src 'self'", "base-uri 'self'", "frame-ancestors 'none'"])
      expect(policy).toContain(directive);
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect(page.text).not.toMatch(/<style| style=|<script(?! type="module" crossorigin src=)| on\w+=/);
    expect(page.headers['x-content-type-options']).toBe('nosniff');
  });

  it('contains no placeholder, and nothing of the path', async () => {
    const { text } = await send('/console/%22%3E%3Cscript%3Ealert(1)%3C/script%3E', HTML);
    expect(text).not.toMatch(/%(?:BASE|ORIGIN|NONCE|ICON)%|alert/);
  });

  it('needs no key', async () => {
    expect((await send('/console', { ...HTML, authorization: 'Bearer unknown' })).status).toBe(200);
  });

  it('cannot be changed', async () => {
    const { status, text } = await send('/console', { 'content-type': 'application/json' }, { method: 'POST' });
    expect([status, JSON.parse(text).code]).toEqual([405, 'METHOD_NOT_ALLOWED']);
  });

  it.each([
    ['X-Forwarded-Prefix', [], { 'x-forwarded-prefix': '/some/haven' }],
    ['server.publicUrl', ['server.publicUrl=https://example.com/some/haven'], {}],
  ])('leads below the path of a proxy: %s', async (_, settings, headers) => {
    const { app, url } = await secondHaven(haven, ['console.enabled=true', 'server.trustProxy=loopback', ...settings]);
    try {
      const page = await send('/console/collections', { ...HTML, ...headers }, { url });
      expect(page.text).toContain('<base href="/some/haven/console/"');
      expect(page.text).toContain('name="haven-origin" content="/some/haven"');
      const files = filesOf(page);
      expect(files.filter((path) => !path.startsWith('/some/haven/console/assets/'))).toEqual([]);
      for (const path of files)
        expect((await send(path.replace('/some/haven', ''), {}, { url })).status, path).toBe(200);
    } finally {
      await app.close();
    }
  });
});

describe('the files of the console', () => {
  const names = readdirSync(ASSETS);
  const large = names.find((name) => /^index-.*\.js$/.test(name)) ?? '';

  it('are those of the build, each with its type, and cached for ever', async () => {
    expect(names.length).toBeGreaterThan(3);
    for (const name of names) {
      const { status, headers, bytes } = await send(`/console/assets/${name}`);
      expect([name, status, headers['cache-control']]).toEqual([name, 200, 'public, max-age=31536000, immutable']);
      expect(headers['content-type']).toMatch(name.endsWith('.css') ? /^text\/css/ : /^text\/javascript|^image|^font/);
      expect(bytes.equals(readFileSync(`${ASSETS}/${name}`)), name).toBe(true);
    }
  });

  it.each([
    ['br', brotliDecompressSync],
    ['gzip', gunzipSync],
  ])('are compressed with %s', async (coding, decode) => {
    const { headers, bytes } = await send(`/console/assets/${large}`, { 'accept-encoding': coding });
    expect([headers['content-encoding'], headers['vary']]).toEqual([coding, expect.stringMatching(/accept-encoding/i)]);
    const content = readFileSync(`${ASSETS}/${large}`);
    expect(decode(bytes).equals(content)).toBe(true);
    expect(bytes.length).toBeLessThan(content.length / 2);
  });

  it('are not sent again to a client that has them, and are closed then', async () => {
    const { headers } = await send(`/console/assets/${large}`, { 'accept-encoding': 'gzip' });
    for (let n = 0; n < 10; n += 1) {
      const known = { 'accept-encoding': 'gzip', 'if-none-match': headers['etag'] };
      const again = await send(`/console/assets/${large}`, known);
      expect([again.status, again.bytes.length, again.headers['etag']]).toEqual([304, 0, headers['etag']]);
    }
    await expect.poll(() => openFiles().filter((path) => path.includes(ASSETS))).toEqual([]);
  });

  it.each(['none.js', '..%2findex.html', 'constructor', 'a/b.js'])('have no %j', async (name) => {
    const { status, headers, text } = await send(`/console/assets/${name}`, HTML);
    expect([status, headers['content-type']]).toEqual([404, 'application/problem+json; charset=utf-8']);
    expect(JSON.parse(text).code).toBe('NOT_FOUND');
    expect(headers['cache-control'] ?? '').not.toContain('immutable');
  });
});

describe('the start page', () => {
  it('leads to the console', async () => {
    expect((await send('/', HTML)).text).toContain('<a href="/console"><strong>Console</strong>');
    expect(JSON.parse((await send('/')).text).links.console).toBe('/console');
  });
});

describe('without the console (console.enabled=false)', () => {
  let app: Awaited<ReturnType<typeof secondHaven>>['app'];
  let url: string;
  beforeAll(async () => {
    ({ app, url } = await secondHaven(haven, ['console.enabled=false']));
  });
  afterAll(() => app.close());

  it.each(['/console', '/console/collections', '/console/assets/none.js'])('%s does not exist', async (path) => {
    const { status, text } = await send(path, HTML, { url });
    expect([status, JSON.parse(text).code]).toEqual([404, 'NOT_FOUND']);
  });

  it('no page leads to it', async () => {
    expect((await send('/', HTML, { url })).text).not.toContain('/console');
    expect(JSON.parse((await send('/', {}, { url })).text).links).not.toHaveProperty('console');
  });
});

/** Returns the files that this process has open; none on systems without `/proc`. */
function openFiles(): string[] {
  try {
    return readdirSync('/proc/self/fd').flatMap((descriptor) => {
      try {
        return [readlinkSync(`/proc/self/fd/${descriptor}`)];
      } catch {
        return []; // closed since the directory was read
      }
    });
  } catch {
    return [];
  }
}
