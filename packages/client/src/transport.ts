import { Deadline } from './deadline.js';
import { ConnectionError, HavenError, parseRetryAfter, unexpectedResponse } from './error.js';
import type { Problem } from './error.js';
import { graphqlError, isGraphqlFailure } from './graphql.js';
import { createKey, quoteKey } from './idempotency-key.js';
import { parseJson, toJson } from './json.js';
import type { ChangeOptions, ClientOptions, RequestOptions } from './options.js';
import { delayAfter, isTemporary, retryPolicy } from './retry.js';
import type { RetryPolicy } from './retry.js';
import { reasonOf, wait } from './wait.js';

/** A request to Haven. */
export interface HavenRequest {
  method: string;
  /** Path below the URL of Haven, such as `/api/v1/batch`. */
  path: string;
  /** Parameters; those that are undefined are left out. */
  query?: Record<string, string | number | boolean | undefined>;
  headers?: Record<string, string>;
  /** Value that is sent as JSON. */
  body?: unknown;
}

const TIMEOUT_MS = 30_000;
const POSITION = 'haven-position';

/** Sends requests: authorizes and repeats them, and reads errors. Keeps the newest position of the database. */
export class Transport {
  readonly retry: RetryPolicy;
  position: string | undefined;
  private readonly base: string;

  constructor(private readonly options: ClientOptions) {
    const { origin, pathname } = new URL(options.url, globalThis.location?.href);
    this.base = origin + pathname.replace(/\/+$/, '');
    this.retry = retryPolicy(options.retry);
  }

  /** Whether a new attempt is authorized by another token than the last one. */
  get renewsKey(): boolean {
    return typeof this.options.key === 'function';
  }

  /** Sends a request until it succeeds, or cannot. Returns the JSON of the response, undefined if it has no body. */
  async send<Body>(request: HavenRequest, options: RequestOptions = {}): Promise<Body> {
    const body = request.body === undefined ? undefined : toJson(request.body);
    for (let failures = 1; ; failures += 1) {
      try {
        return (await this.exchange(request, body, options)) as Body; // as the API documents it
      } catch (error) {
        if (failures > this.retry.retries || !isTemporary(error)) throw error;
        const delay = delayAfter(error, failures, this.retry);
        if (delay === undefined) throw error;
        await wait(delay, options.signal);
      }
    }
  }

  /** Sends a change. All attempts have the same key, so it is executed once; a dry run needs none. */
  change<Body>(request: HavenRequest, options: ChangeOptions = {}): Promise<Body> {
    const { idempotencyKey = createKey(), dryRun } = options;
    const headers = { ...request.headers, ...(!dryRun && { 'idempotency-key': quoteKey(idempotencyKey) }) };
    return this.send({ ...request, query: { ...request.query, dryRun: dryRun || undefined }, headers }, options);
  }

  /** Sends a request once. Returns a successful response before its body has arrived. */
  async open(request: HavenRequest, signal: AbortSignal): Promise<Response> {
    const init = await this.prepare(request, undefined);
    try {
      const response = await this.fetch(request, init, signal);
      if (response.ok) return response;
      throw errorOf(response, await response.text());
    } catch (error) {
      throw this.translate(error, signal);
    }
  }

  private async exchange(request: HavenRequest, body: string | undefined, options: RequestOptions): Promise<unknown> {
    const init = await this.prepare(request, body);
    const deadline = new Deadline(options.timeout ?? this.options.timeout ?? TIMEOUT_MS, options.signal);
    try {
      const response = await this.fetch(request, init, deadline.signal);
      const text = await response.text();
      if (!response.ok) throw errorOf(response, text);
      const value = text === '' ? undefined : parseJson(text);
      if (value === undefined && text !== '') throw unexpectedResponse(response);
      if (isGraphqlFailure(value)) throw graphqlError(value);
      return value;
    } catch (error) {
      if (options.signal?.aborted) throw reasonOf(options.signal);
      throw this.translate(error, deadline.signal);
    } finally {
      deadline.end();
    }
  }

  /** Throws if the request cannot be sent. Such errors are not taken for those of the network. */
  private async prepare(request: HavenRequest, body: string | undefined): Promise<RequestInit> {
    const { key } = this.options;
    const token = typeof key === 'function' ? await key() : key;
    const headers = new Headers({ ...this.options.headers, ...request.headers });
    if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
    if (this.position !== undefined) headers.set(POSITION, this.position);
    if (body === undefined) return { method: request.method, headers };
    if (!headers.has('content-type')) headers.set('content-type', 'application/json');
    return { method: request.method, headers, body };
  }

  private async fetch(request: HavenRequest, init: RequestInit, signal: AbortSignal): Promise<Response> {
    const { fetch = globalThis.fetch } = this.options;
    const response = await fetch(this.base + request.path + queryOf(request), { ...init, signal });
    const position = response.headers.get(POSITION);
    if (position !== null && position > (this.position ?? '')) this.position = position; // in the order of their text
    return response;
  }

  private translate(error: unknown, signal: AbortSignal): unknown {
    if (error instanceof HavenError) return error;
    const cause: unknown = signal.aborted ? signal.reason : error;
    return new ConnectionError(`No response from ${this.base}: ${reasonIn(cause)}`, { cause });
  }
}

function queryOf({ query = {} }: HavenRequest): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  return given.length === 0 ? '' : `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}

function errorOf(response: Response, text: string): HavenError {
  const body = parseJson(text);
  if (isGraphqlFailure(body)) return graphqlError(body);
  if (!isProblem(body)) return unexpectedResponse(response, body);
  return new HavenError(body, parseRetryAfter(response.headers.get('retry-after')));
}

/** Describes why a request failed. Node hides the code of the network's error in the cause of "fetch failed". */
function reasonIn(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? ` (${String(cause.code)})` : '';
  return error.message + code;
}

/** Whether a value is a problem that Haven wrote, and not the JSON of a proxy. */
export function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'code' in value && 'detail' in value && 'status' in value;
}
