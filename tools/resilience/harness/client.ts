import { Agent } from 'undici';
import type { Dispatcher } from 'undici';

/** A request. The default method is POST. */
export interface ClientRequest {
  method?: Dispatcher.HttpMethod;
  path: string;
  headers?: Record<string, string>;
  body?: object;
}

/** The outcome of a request. Status 0 means that there was no response; `code` then contains the reason. */
export interface Attempt {
  /** Time of sending in milliseconds, by `performance.now()`. */
  at: number;
  /** Duration in milliseconds. */
  took: number;
  status: number;
  code?: string;
  ok: boolean;
  retryAfter?: unknown;
  replayed?: unknown;
}

/** The members of responses that the scenarios read. Which of them exist depends on the request. */
export interface ResponseBody {
  id: string;
  version: number;
  code?: string;
  errors?: { extensions?: { code?: string; retryAfter?: number } }[];
  data: Record<string, StoredVersion>;
  results: { record: StoredVersion }[];
  items: { recordId: string; version: number }[];
  nextCursor: string;
  hasMore: boolean;
}

export interface StoredVersion {
  id: string;
  version: number;
}

export interface Response extends Attempt {
  json?: ResponseBody;
}

/** Longer than any response of Haven may take. A request without a response by then counts as hanging. */
const TIMEOUT_MS = 25_000;

const JSON_TYPE = { 'content-type': 'application/json' };

/** Sends requests over keep-alive connections and returns the outcome of each. Never fails and never retries. */
export class Client {
  #agent = new Agent({
    connections: 64,
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
    connect: { timeout: TIMEOUT_MS },
  });

  /** `code` in the result is the code of the problem or GraphQL error, or the reason why there is no response. */
  async send(
    origin: string,
    { method = 'POST', path, headers = JSON_TYPE, body }: ClientRequest,
    key?: string,
  ): Promise<Response> {
    const at = performance.now();
    const all = key ? { ...headers, 'idempotency-key': key } : headers;
    try {
      const response = await this.#agent.request({
        origin,
        method,
        path,
        headers: all,
        body: body && JSON.stringify(body),
      });
      const text = await response.body.text();
      const json = parsed(text);
      const took = performance.now() - at;
      const code = json?.errors?.[0]?.extensions?.code ?? json?.code;
      const ok = response.statusCode >= 200 && response.statusCode < 300 && !json?.errors;
      const retryAfter = response.headers['retry-after'] ?? json?.errors?.[0]?.extensions?.retryAfter;
      return {
        at,
        took,
        status: response.statusCode,
        code,
        ok,
        retryAfter,
        json,
        replayed: response.headers['idempotency-replayed'],
      };
    } catch (error) {
      return { at, took: performance.now() - at, status: 0, code: codeOf(error), ok: false };
    }
  }

  /** Returns the JSON of the response; fails unless the request succeeds. For requests that a scenario depends on. */
  async must(origin: string, request: ClientRequest): Promise<ResponseBody> {
    const { ok, status, json, code } = await this.send(origin, request);
    if (!ok || !json) throw new Error(`${request.path}: ${status} ${code} ${JSON.stringify(json)}`);
    return json;
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error ? String(error.code) : error.name;
}

function parsed(text: string): ResponseBody | undefined {
  try {
    return JSON.parse(text) as ResponseBody; // the declared response of the API, or a problem
  } catch {
    return undefined;
  }
}
