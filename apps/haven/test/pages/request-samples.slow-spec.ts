import { execFile } from 'node:child_process';
import { readFileSync, globSync } from 'node:fs';
import { promisify } from 'node:util';
import { runInThisContext } from 'node:vm';

import { describe, expect, it } from 'vitest';

import { curlRequestOf } from '../../src/pages/curl-request.js';
import { guideRequestOf } from '../../src/pages/guide-request.js';
import type { GuideRequest } from '../../src/pages/guide-request.js';
import { graphqlRequestOf, samplesOf } from '../../src/pages/request-samples.js';
import { startHaven } from '../support/haven.js';
import { httpExamplesOf, play } from '../support/http-examples.js';
import type { HttpExample, Send } from '../support/http-examples.js';
import { shellExamplesOf } from '../support/shell-examples.js';

const operatorKey = `hvn_${'0'.repeat(16)}_${'1'.repeat(64)}`;
const haven = startHaven([`auth.operatorKey=${operatorKey}`]);
const run = promisify(execFile);
const ORIGIN = 'http://localhost:8080';
/**
 * Reads a page for one of the runs. Names of tenants are unique, and the receiver of webhooks in the guide needs DNS;
 * nothing listens at the other one.
 */
const read = (file: string, run = ''): string =>
  readFileSync(file, 'utf8')
    .replaceAll('https://hooks.example.com', 'http://127.0.0.1:1')
    .replaceAll(/"(Globex|Initech)"/g, `"$1 ${run}"`);
const pages = globSync('docs/*.md').filter((page) => httpExamplesOf(read(page)).length > 0);

/**
 * The commands of the tour as requests. Only the status of their responses is compared here. The tests of the guide run
 * the commands and compare the rest.
 */
const tour: HttpExample[] = shellExamplesOf(read('docs/tour.md')).flatMap(({ command, output }) => {
  const request = curlRequestOf(command);
  if (!request) return [];
  const { method, target, headers, body } = request;
  const fields = Object.entries(headers).map(([name, value]) => `\n${name}: ${value}`);
  const [, status] = /^(HTTP\S+ .*)$/m.exec(output) ?? [];
  const start = `${method} ${target}`;
  return [
    {
      request: { start, headers, body, text: `${start}${fields.join('')}\n\n${body}` },
      ...(status !== undefined && { response: { start: status, headers: {}, body: '', text: status } }),
    },
  ];
});

function parsed(text: string): GuideRequest {
  const request = guideRequestOf(text);
  if (!request) throw new Error(`This is not a request: ${text}`);
  return request;
}

function sampleOf(text: string, label: string, url: string): string {
  const code = samplesOf(parsed(text)).find((sample) => sample.label === label)?.code ?? '';
  return code.replaceAll(ORIGIN, url);
}

const sendCurl: Send = async (request, url) => {
  const { stdout } = await run('bash', [
    '-c',
    `${sampleOf(request, 'curl', url)} -s -w '\\n%{http_code} %{content_type}'`,
  ]);
  const at = stdout.lastIndexOf('\n');
  const [status, ...type] = stdout.slice(at + 1).split(' ');
  return { status: Number(status), type: type.join(' '), text: stdout.slice(0, at) };
};

const sendTypescript: Send = async (request, url) => {
  const code = sampleOf(request, 'TypeScript', url);
  // The sample is the body of an asynchronous function; it declares `response` and `content`.
  const sent: Promise<{ response: Response; content: string }> = runInThisContext(
    `(async () => { ${code}; return { response, content }; })()`,
  );
  const { response, content } = await sent;
  return { status: response.status, headers: response.headers, text: content };
};

describe.each([
  ['curl', sendCurl],
  ['TypeScript', sendTypescript],
])('the samples in %s', (label, send) => {
  it.each(pages)('do what %s shows', async (page) => {
    await play(httpExamplesOf(read(page, label)), haven.url, { operatorKey }, send);
  });
});

it('the samples in TypeScript do what the tour shows', async () => {
  expect(tour).toHaveLength(14);
  await haven.rest('POST', '/collections', { name: 'movies' });
  await play(tour, haven.url, {}, sendTypescript);
});

/**
 * Sends the GraphQL document of a request, and then the request itself if it reads. What the document changes must be
 * what the request would have changed.
 */
const errors: string[] = [];
const sendGraphql: Send = async (text, url) => {
  const request = parsed(text);
  const own = graphqlRequestOf(request);
  const isRead = ['GET', 'QUERY'].includes(request.method) || /\/(query|aggregate)$/.test(request.target);
  const headers = { ...request.headers, 'Content-Type': 'application/json' };
  if (own && request.target !== '/graphql') {
    const { document: query, variables } = own;
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !/^(if-|prefer)/i.test(name))),
      body: JSON.stringify({ query, variables }),
    });
    const body: any = await response.json();
    const failure = body.errors?.[0];
    if (!isRead) {
      const [result] = Object.values(body.data ?? {});
      return { status: failure?.extensions?.status ?? response.status, text: JSON.stringify(failure ?? result ?? {}) };
    }
    const status = failure?.extensions?.status ?? 200;
    const rest = await sendTypescript(text, url);
    if (status !== (rest.status === 304 ? 200 : rest.status)) errors.push(`${text}\n${JSON.stringify(body)}`);
    return rest;
  }
  return sendTypescript(text, url);
};

/** Returns the members of a response whose values later requests use. */
function placeholdersOf(body: string): string {
  const members = Object.entries(JSON.parse(body)).filter(([, value]) => JSON.stringify(value).includes('{{'));
  return JSON.stringify(Object.fromEntries(members));
}

it.each(pages)('the GraphQL documents for %s are valid, and change the same', async (page) => {
  await playGraphql(httpExamplesOf(read(page, 'GraphQL')));
});

it('the GraphQL documents for the tour are valid, and change the same', async () => {
  await haven.rest('POST', '/collections', { name: 'movies' });
  await playGraphql(tour);
});

async function playGraphql(sent: HttpExample[]): Promise<void> {
  errors.length = 0;
  const examples = sent.map(({ request, response }) => {
    const own = graphqlRequestOf(guideRequestOf(request.text) ?? parsed(request.text));
    const changes = own && !/^(?:GET|QUERY)\b|\/query|\/aggregate|\/graphql/.test(request.start);
    if (!changes || !response) return { request, ...(response && { response }) };
    // GraphQL has its own status for success, and names and selects other members.
    const status = Number(response.start.split(' ')[1]);
    const start = status < 300 ? 'HTTP/1.1 200 OK' : response.start;
    const captured = response.body.includes('{{') ? placeholdersOf(response.body) : '';
    return { request, response: { ...response, start, headers: {}, body: status < 300 ? captured : '' } };
  });
  await play(examples, haven.url, { operatorKey }, sendGraphql);
  expect(errors).toEqual([]);
}
