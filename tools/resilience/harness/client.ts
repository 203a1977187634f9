import { Agent } from 'undici';
import type { Dispatcher } from 'undici';

/** A request; without a method, a POST. */
export interface ClientRequest {
  method?: Dispatcher.HttpMethod;
  path: string;
  headers?: Record<string, string>;
  body?: object;
}

/** What became of a request: status 0 is no response, and `code` then says why. */
export interface Attempt {
  /** When it was sent, and how long it took, in milliseconds. */
  at: number;
  took: number;
  status: number;
  code?: string;
  ok: boolean;
  retryAfter?: unknown;
  replayed?: unknown;
}

/** The members of Haven's responses that the scenarios read; which of them there are depends on the request. */
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

/** Longer than Haven may take to answer anything; whoever is not answered by then was left hanging. */
const PATIENCE_MS = 15_000;

const JSON_TYPE = { 'content-type': 'application/json' };

/** Sends requests over connections that it keeps, and tells what came of each; never fails, never tries again. */
export class Client {
  #agent = new Agent({
    connections: 64,
    headersTimeout: PATIENCE_MS,
    bodyTimeout: PATIENCE_MS,
    connect: { timeout: PATIENCE_MS },
  });

  /** Status 0 is no answer; `code` then says why, else it is the code of the problem or GraphQL error, if it is one. */
  async send(
    origin: string,
    { method = 'POST', path, headers = JSON_TYPE, body }: ClientRequest,
    key?: string,
  ): Promise<Response> {
    const at = performance.now();
    const all = key ? { ...headers, 'idempotency-key': key } : headers;
    try {
      const answer = await this.#agent.request({
        origin,
        method,
        path,
        headers: all,
        body: body && JSON.stringify(body),
      });
      const text = await answer.body.text();
      const json = parsed(text);
      const took = performance.now() - at;
      const code = json?.errors?.[0]?.extensions?.code ?? json?.code;
      const ok = answer.statusCode >= 200 && answer.statusCode < 300 && !json?.errors;
      const retryAfter = answer.headers['retry-after'] ?? json?.errors?.[0]?.extensions?.retryAfter;
      return {
        at,
        took,
        status: answer.statusCode,
        code,
        ok,
        retryAfter,
        json,
        replayed: answer.headers['idempotency-replayed'],
      };
    } catch (error) {
      return { at, took: performance.now() - at, status: 0, code: codeOf(error), ok: false };
    }
  }

  /** The answer's JSON, where a scenario can not go on without it. */
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
    return JSON.parse(text) as ResponseBody; // as the contract has it, or a problem
  } catch {
    return undefined;
  }
}
