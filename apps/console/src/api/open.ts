import { ConnectionError, HavenError } from 'haven-records';
import type { Problem } from 'haven-records';

import { prefix } from '../page.js';
import { withQuery } from './paths.js';
import type { Query } from './paths.js';

/** A request whose body or response is not JSON, such as an export. */
export interface OpenRequest {
  method?: 'GET' | 'POST';
  /** Path below the address of Haven. */
  path: string;
  query?: Query;
  headers?: Record<string, string>;
  body?: string | Blob;
  /** The API key of the session. */
  key: string | null;
  signal: AbortSignal;
}

/** Sends a request once, and returns a successful response before its body has arrived. */
export async function openResponse(request: OpenRequest): Promise<Response> {
  const { method = 'GET', path, query, body, key, signal } = request;
  const headers = new Headers(request.headers);
  if (key !== null) headers.set('authorization', `Bearer ${key}`);
  let response: Response;
  try {
    response = await fetch(prefix + withQuery(path, query), { method, headers, body, signal });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new ConnectionError('There was no response.', { cause: error });
  }
  if (!response.ok) throw await errorOf(response);
  return response;
}

async function errorOf(response: Response): Promise<Error> {
  const problem: unknown = await response.json().catch(() => undefined); // the page of a proxy is no JSON
  if (!isProblem(problem)) return new Error(`The response with status ${response.status} is not one of Haven.`);
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return new HavenError(problem, Number.isFinite(seconds) ? seconds : undefined);
}

function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'code' in value && 'detail' in value && 'status' in value;
}
