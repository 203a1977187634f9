import { globSync, readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

import { scopeNames } from '@haven/kernel';
import { AGGREGATE_FUNCTIONS, BUCKETS, operatorNames } from '@haven/query';

import { startHaven, testConfig } from '../support/haven.js';
import { httpExamplesOf, play, requestsOf } from '../support/http-examples.js';
import { playShell, shellExamplesOf } from '../support/shell-examples.js';

const operatorKey = `hvn_${'0'.repeat(16)}_${'1'.repeat(64)}`;
const haven = startHaven([`auth.operatorKey=${operatorKey}`]);
/** Timeout for a page: each command starts a process, which can be slow on a busy machine. */
const SHELL_MS = 120_000;
/**
 * Reads a page and replaces the origin of its webhook receiver with one that needs no DNS and where nothing listens.
 */
const read = (file: string): string =>
  readFileSync(file, 'utf8').replaceAll('https://hooks.example.com', 'http://127.0.0.1:1');
const pages = globSync('docs/*.md');

describe('the examples in the guide', () => {
  it.each(pages.filter((page) => httpExamplesOf(read(page)).length > 0))('work as %s shows', async (page) => {
    await play(httpExamplesOf(read(page)), haven.url, { operatorKey });
  });

  it.each(['README.md', 'docs/tour.md', 'docs/import-export.md', 'docs/cli.md'])(
    'print in the shell what %s shows',
    async (page) => {
      await playShell(shellExamplesOf(read(page)), haven.url);
    },
    SHELL_MS,
  );

  it(
    'print in the shell what docs/keys.md shows, with a key',
    async () => {
      await playShell(shellExamplesOf(read('docs/keys.md')), haven.url, { key: operatorKey });
    },
    SHELL_MS,
  );

  it('in docs/tokens.md are valid configurations', () => {
    const blocks = [...read('docs/tokens.md').matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, block = '']) =>
      parse(block),
    );
    expect(blocks).toHaveLength(3);
    for (const { tokens } of blocks) {
      const set = Object.entries(tokens).map(([name, value]) => `tokens.${name}=${String(value)}`);
      expect(testConfig(set).tokens).toMatchObject(tokens);
    }
  });
});

describe('the .http files', () => {
  it.each(globSync('docs/http/*.http'))('%s can be sent repeatedly', async (file) => {
    const requests = requestsOf(read(file), haven.url);
    expect(requests.length).toBeGreaterThan(4);
    await play([...requests, ...requests], haven.url);
  });
});

describe('the filters of docs/querying.md', () => {
  const page = read('docs/querying.md');
  // An example can have several lines; it ends with the comment that lists the titles it finds.
  const filters = [...page.matchAll(/^```jsonc\n(.*?)^```$/gms)].flatMap(([, block = '']) =>
    [...block.matchAll(/([^]+?) \/\/ (.+)\n/g)].map(([, filter = '', found = '']) => ({
      filter: filter.trim(),
      found,
    })),
  );
  const films = 'records(collection: "films", sort: ["title"], filter: $filter) { edges { node { data } } }';

  it('find what the page says, with GET, POST and GraphQL', async () => {
    await play(httpExamplesOf(page), haven.url);
    for (const { filter: text, found } of filters) {
      const filter = JSON.parse(text);
      const titles = found === 'nothing' ? [] : found.split(', ');
      const sought = new URLSearchParams({ filter: text, sort: 'title' });
      const asked = await haven.rest('GET', `/collections/films/records?${sought}`);
      const posted = await haven.rest('POST', '/collections/films/query', { filter, sort: 'title' });
      const { body } = await haven.graphql(`query($filter: JSON) { ${films} }`, { filter });
      const titlesOf = (records: { data: { title: string } }[]): string[] => records.map(({ data }) => data.title);
      expect(titlesOf(asked.body.items), text).toEqual(titles);
      expect(titlesOf(posted.body.items), text).toEqual(titles);
      expect(titlesOf(body.data.records.edges.map(({ node }: any) => node)), text).toEqual(titles);
    }
  });

  it('show every operator in a filter that finds films, and describe it', () => {
    const finding = filters.filter(({ found }) => found !== 'nothing');
    const shown = new Set(finding.flatMap(({ filter }) => keysOf(JSON.parse(filter))));
    const names = [...operatorNames, '$id', '$version', '$createdAt', '$updatedAt'];
    expect(names.filter((name) => !shown.has(name))).toEqual([]);
    expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });
});

describe('the aggregates of docs/querying.md', () => {
  const page = read('docs/querying.md');
  const bodies = httpExamplesOf(page)
    .filter(({ response }) => response?.start.endsWith(' 200 OK'))
    .filter(({ request }) => request.start.endsWith('/aggregate'))
    .map(({ request }) => JSON.parse(request.body));

  it('show every function and every bucket, and describe them', () => {
    const functions = new Set(bodies.flatMap(({ compute = {} }) => Object.values(compute).flatMap(keysOf)));
    expect(AGGREGATE_FUNCTIONS.filter((name) => !functions.has(name))).toEqual([]);
    expect(AGGREGATE_FUNCTIONS.filter((name) => !page.includes(`\`{"${name}": `))).toEqual([]);
    const buckets = new Set(bodies.flatMap(({ groupBy = [] }) => groupBy.map(({ bucket }: any) => bucket)));
    expect(BUCKETS.filter((bucket) => !buckets.has(bucket))).toEqual([]);
    expect(BUCKETS.filter((bucket) => !page.includes(`\`${bucket}\``))).toEqual([]);
  });

  it('show every member of an aggregate', () => {
    const members = new Set(bodies.flatMap((body) => Object.keys(body)));
    expect([...members].toSorted()).toEqual(['compute', 'filter', 'groupBy', 'having', 'limit', 'sort']);
  });
});

/** Returns the names of the members of a JSON value, at every level. */
function keysOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = Array.isArray(value) ? [] : Object.keys(value);
  return [...own, ...Object.values(value).flatMap(keysOf)];
}

it('lists every scope in docs/keys.md', () => {
  const listed = [...read('docs/keys.md').matchAll(/^\| `([\w:]+)`/gm)].map(([, name]) => name);
  expect(listed).toEqual(scopeNames);
});

/** Pages whose samples in TypeScript the slow tests compile as programs, against generated types. */
const COMPILED = ['docs/client-package.md', 'docs/five-minutes.md', 'docs/live-page.md'];

it('shows only TypeScript from the examples in the guide, and programs that other tests compile', () => {
  const unindented = (text: string): string => text.replaceAll(/^ +/gm, '');
  const examples = globSync('examples/typescript/*.ts')
    .map((file) => unindented(read(file)))
    .join('\n');
  const shown = pages
    .filter((page) => !COMPILED.includes(page))
    .flatMap((page) => [...read(page).matchAll(/^```ts\n(.*?)^```$/gms)].map(([, block = '']) => block))
    // Samples that import generated files are in openapi/generators.slow-spec.ts and graphql/recipes.slow-spec.ts.
    .filter((block) => !/^import .* from '\.\//m.test(block));
  expect(shown.length).toBeGreaterThan(0);
  expect(shown.filter((block) => !examples.includes(unindented(block)))).toEqual([]);
});
