import { HavenError } from 'haven-records';

import { isObject } from '../values/diff.js';
import { randomHex } from '../values/hex.js';

/** Number of requests that are kept. A change reaches the feed soon after its request. */
const KEPT = 1_000;

/** Trace ids of the changes that this tab has requested, oldest first. */
const traceIds = new Set<string>();

/** Functions that are called when the server refuses the key of a request, or suspends its tenant. */
const onRefusal = new Set<() => void>();

/**
 * Calls `listener` when the server refuses the key of a request, or suspends its tenant. Returns a function that ends
 * this.
 */
export function whenRefused(listener: () => void): () => void {
  onRefusal.add(listener);
  return () => onRefusal.delete(listener);
}

/** Whether an error says that the key is unknown, revoked or expired. */
export function isUnauthenticated(error: unknown): boolean {
  return error instanceof HavenError && error.code === 'UNAUTHENTICATED';
}

/** Reports the error that ended a stream: the server ends streams whose key was revoked. */
export function reportEndOfStream(error: unknown): void {
  if (isUnauthenticated(error)) for (const listener of onRefusal) listener();
}

/** Sends a request. A change gets a trace id by which `isOwnChange` recognizes it in the change feed. */
export async function fetchTraced(url: string, init: RequestInit): Promise<Response> {
  const response = await fetch(url, traced(init));
  if (await isRefusal(response)) for (const listener of onRefusal) listener();
  return response;
}

async function isRefusal(response: Response): Promise<boolean> {
  if (response.status !== 403) return response.status === 401;
  const problem: unknown = await response
    .clone()
    .json()
    .catch(() => null);
  return isObject(problem) && problem['code'] === 'TENANT_SUSPENDED';
}

function traced(init: RequestInit): RequestInit {
  if (init.method === undefined || init.method === 'GET') return init;
  const traceId = randomHex(16);
  traceIds.add(traceId);
  for (const oldest of traceIds) {
    if (traceIds.size <= KEPT) break;
    traceIds.delete(oldest);
  }
  const headers = new Headers(init.headers);
  headers.set('traceparent', `00-${traceId}-${randomHex(8)}-01`);
  return { ...init, headers };
}

/** Whether a change was requested by this tab. Those of other tabs and of other users with the same key were not. */
export function isOwnChange({ traceId }: { traceId: string | null }): boolean {
  return traceId !== null && traceIds.has(traceId);
}
