import { expect, vi } from 'vitest';

import { graphqlBlockAsHttp } from '../../src/pages/guide-request.js';

/** How long to wait for a change to be in the feed, and for the search index of a collection to be built. */
const WAIT_MS = 10_000;

/** A request of the guide and its expected response; without one, the response must be a success. */
export interface HttpExample {
  request: Message;
  response?: Message;
}

/** A request or a response as written in the guide: the first line, headers, a blank line, the body. */
interface Message {
  text: string;
  start: string;
  headers: Record<string, string>;
  body: string;
}

/**
 * Returns the examples of a page. Each `http` block that starts with a method is a request, and a block right after it
 * that starts with `HTTP/` is the expected response. The real response may have further headers and members; `"…"`
 * stands for any value, and `"{{name}}"` for a value that later requests use. A `graphql` block is the request that
 * sends it, and a `json` block right after it is the expected body of the response, which then has the status 200.
 */
export function httpExamplesOf(markdown: string): HttpExample[] {
  const examples: HttpExample[] = [];
  for (const block of httpBlocksOf(markdown)) {
    const message = messageOf(block);
    const last = examples.at(-1);
    if (!message.start.startsWith('HTTP/')) examples.push({ request: message });
    else if (last && !last.response) last.response = message;
    else throw new Error(`A response without a request: ${message.start}`);
  }
  return examples;
}

/** Returns the text of all `http` blocks, and that of the others as if they were `http` blocks. */
function httpBlocksOf(markdown: string): string[] {
  const blocks = markdown.matchAll(/^```http\n(.*?)^```$|^```graphql\n(.*?)^```(?:\n+```json\n(.*?)^```$)?/gms);
  return [...blocks].flatMap(([, http, document, result]) => {
    if (document === undefined) return http ?? [];
    const request = graphqlBlockAsHttp(document);
    if (request === undefined) return [];
    return result === undefined ? [request] : [request, `HTTP/1.1 200 OK\n\n${result}`];
  });
}

/**
 * Returns the requests of an `.http` file, which are separated by `###`, with its `@variables` substituted. A comment
 * `# 412` states the expected status.
 */
export function requestsOf(file: string, host: string): HttpExample[] {
  const variables = new Map([...file.matchAll(/^@(\w+) *= *(.*)$/gm)].map(([, name, value]) => [name, value]));
  variables.set('host', host);
  return file.split(/^###.*$/m).flatMap((part) => {
    const text = part.replaceAll(/^(#|@).*\n/gm, '').trim();
    if (text === '') return [];
    const status = /^# (\d{3})\b/m.exec(part)?.[1];
    const request = messageOf(text.replaceAll(/\{\{(\w+)\}\}/g, (whole, name: string) => variables.get(name) ?? whole));
    return [{ request, ...(status !== undefined && { response: messageOf(`HTTP/1.1 ${status}`) }) }];
  });
}

/** A response; without headers if they cannot be seen. */
interface Response {
  status: number;
  headers?: Headers;
  /** Media type, if the headers cannot be seen; JSON by default. */
  type?: string;
  text: string;
}

/** Sends a request of the guide in some way. */
export type Send = (request: string, url: string) => Promise<Response>;

const sendHttp: Send = async (request, url) => {
  const { start, headers, body } = messageOf(request);
  const [, method = '', address = ''] = /^(\S+) (.*)$/.exec(start) ?? [];
  const response = await fetch(new URL(address, url), { method, headers, body: body === '' ? undefined : body });
  return { status: response.status, headers: response.headers, text: await response.text() };
};

/**
 * Sends the requests one after another and checks the responses; `given` has initial values of `{{name}}` variables.
 */
export async function play(
  examples: HttpExample[],
  url: string,
  given: Readonly<Record<string, string>> = {},
  send: Send = sendHttp,
): Promise<void> {
  const known = new Map(Object.entries(given));
  for (const example of examples) {
    const { text } = example.request;
    const filled = messageOf(text.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => known.get(name) ?? ''));
    const exchange = async (): Promise<void> => check(example, await sendUntilBuilt(send, filled.text, url), known);
    // A change is in the feed shortly after its response, so the feed is read until it shows what the page shows.
    if (example.response && filled.start.startsWith('GET /api/v1/changes'))
      await vi.waitFor(exchange, { timeout: WAIT_MS });
    else await exchange();
  }
}

/** Sends a request, and sends it again while it needs a search index that is being built. */
async function sendUntilBuilt(send: Send, request: string, url: string): Promise<Response> {
  const isBuilding = ({ text }: Response): boolean => text.includes('"code":"SEARCH_BUILDING"');
  let response = await send(request, url);
  if (!isBuilding(response)) return response;
  const again = async (): Promise<void> => {
    response = await send(request, url);
    expect(isBuilding(response)).toBe(false);
  };
  await vi.waitFor(again, { timeout: WAIT_MS });
  return response;
}

/** Throws unless a response is the expected one. Adds the values of its placeholders to `known`. */
function check({ request, response: expected }: HttpExample, response: Response, known: Map<string, string>): void {
  const type = response.headers?.get('content-type') ?? response.type ?? 'application/json';
  const { text } = response;
  const exchange = `${request.start}\n${response.status} ${text}`;
  if (!expected) {
    expect(response.status < 300 && !text.startsWith('{"errors"'), exchange).toBe(true);
    return;
  }
  expect(response.status, exchange).toBe(Number(expected.start.split(' ')[1]));
  for (const [name, value] of Object.entries(expected.headers))
    if (response.headers) expect(response.headers.get(name), exchange).toBe(value);
  if (expected.body === '') return;
  const real = bodyOf(text, type);
  expect({ body: real }, exchange).toMatchObject({ body: withRealValues(bodyOf(expected.body, type), real, known) });
}

/** Replaces the placeholders of an expected value with the values of the real one. */
function withRealValues(shown: unknown, real: unknown, known: Map<string, string>): unknown {
  if (typeof shown === 'string') {
    const name = /^\{\{(\w+)\}\}$/.exec(shown)?.[1];
    if (name !== undefined) known.set(name, String(real));
    return name !== undefined || shown === '…' ? (real ?? expect.anything()) : shown;
  }
  if (typeof shown !== 'object' || shown === null) return shown;
  const at = (key: string | number): unknown => (real as Record<string | number, unknown> | null | undefined)?.[key];
  if (Array.isArray(shown)) return shown.map((item, index) => withRealValues(item, at(index), known));
  return Object.fromEntries(Object.entries(shown).map(([key, value]) => [key, withRealValues(value, at(key), known)]));
}

function messageOf(text: string): Message {
  const [, head = '', body = ''] = /^(.*?)(?:\n\n(.*))?$/s.exec(text.trim()) ?? [];
  const [start = '', ...lines] = head.split('\n');
  const headers = Object.fromEntries(lines.map((line) => /^(.*?): *(.*)$/.exec(line)?.slice(1) ?? [line, '']));
  return { text, start, headers, body };
}

function bodyOf(text: string, type: string): unknown {
  if (type.includes('ndjson'))
    return text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  return type.includes('json') ? JSON.parse(text) : text.trim();
}
