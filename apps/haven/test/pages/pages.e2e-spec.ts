import { globSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { NAVIGATION } from '../../src/pages/navigation.js';
import { secondHaven, startHaven } from '../support/haven.js';

const haven = startHaven(['server.trustProxy=loopback']);
const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

interface Received {
  status: number;
  type: string;
  headers: Headers;
  text: string;
}

async function get(path: string, headers: Record<string, string> = {}, url = haven.url): Promise<Received> {
  const response = await fetch(url + path, { headers });
  const type = response.headers.get('content-type') ?? '';
  return { status: response.status, type, headers: response.headers, text: await response.text() };
}

/** Returns the URLs in a page that are paths of this server. */
const linksOf = ({ text }: Received): string[] =>
  [...text.matchAll(/ (?:href|src)="(\/[^"]*)"/g)].map(([, link = '']) => link.replaceAll('&amp;', '&'));

describe('GET /', () => {
  it('is a page for browsers, whose links all lead somewhere', async () => {
    const page = await get('/', HTML);
    expect(page).toMatchObject({ status: 200, type: 'text/html; charset=utf-8' });
    const links = linksOf(page);
    for (const link of ['/docs', '/docs/guide', '/graphql', '/openapi.json', '/health']) expect(links).toContain(link);
    // The IDE has tests of its own, and is large.
    for (const link of links) if (link !== '/graphql') expect((await get(link, HTML)).status, link).toBe(200);
  });

  it.each<Record<string, string>>([{}, { accept: '*/*' }, { accept: 'application/json' }])(
    'is JSON for other clients: %j',
    async (headers) => {
      const { status, type, text } = await get('/', headers);
      expect([status, type]).toEqual([200, 'application/json; charset=utf-8']);
      expect(JSON.parse(text)).toMatchObject({ name: 'Haven', links: { docs: '/docs', graphql: '/graphql' } });
    },
  );

  it('tells caches that the response depends on Accept', async () => {
    for (const headers of [HTML, {}]) expect((await get('/', headers)).headers.get('vary')).toContain('Accept');
  });

  it('needs no key and shows nothing of a tenant', async () => {
    expect((await get('/', { ...HTML, authorization: 'Bearer unknown' })).status).toBe(200);
  });

  it('puts the path of a proxy in front of its links', async () => {
    const prefix = { 'x-forwarded-prefix': '/some/haven' };
    for (const path of ['/', '/docs/guide', '/docs/guide/querying', '/docs/errors']) {
      const links = linksOf(await get(path, { ...HTML, ...prefix }));
      expect(links.length, path).toBeGreaterThan(2);
      expect(links.filter((link) => !link.startsWith('/some/haven/'))).toEqual([]);
    }
    expect(JSON.parse((await get('/', prefix)).text).links.guide).toBe('/some/haven/docs/guide');
  });
});

describe('without pages (docs.enabled=false)', () => {
  let app: Awaited<ReturnType<typeof secondHaven>>['app'];
  let url: string;
  beforeAll(async () => {
    ({ app, url } = await secondHaven(haven, ['docs.enabled=false', 'graphql.ide=false']));
  });
  afterAll(() => app.close());

  it('GET / leads to what is served', async () => {
    const page = await get('/', HTML, url);
    expect(linksOf(page)).toEqual(['/graphql', '/openapi.json', '/health', '/api/v1/collections']);
    expect(Object.keys(JSON.parse((await get('/', {}, url)).text).links)).toEqual([
      'graphql',
      'openapi',
      'health',
      'collections',
    ]);
    expect((await get('/docs/guide', HTML, url)).status).toBe(404);
  });
});

describe('the guide', () => {
  const pages = NAVIGATION.flatMap(({ entries }) => entries.map(({ name }) => name.replace(/\/README$/, '')));

  it('has every page of docs/ in its navigation', () => {
    const files = globSync('docs/*.md').map((file) => file.replace(/^docs\/|\.md$/g, ''));
    expect(files.filter((name) => name !== 'index' && !pages.includes(name))).toEqual([]);
  });

  it('loads nothing from elsewhere and runs no script', async () => {
    const { headers, text } = await get('/docs/guide/tour', HTML);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|script-src|\*/);
    expect(text).not.toMatch(/<script| style=/);
  });

  it.each(['no-such-page', '..%2f..%2fpackage.json', 'adr/../../package', 'querying.md'])(
    'has no page %j',
    async (name) => {
      const response = await get(`/docs/guide/${name}`, HTML);
      expect(response.status).toBe(404);
      expect(JSON.parse(response.text).code).toBe('NOT_FOUND');
    },
  );
});
