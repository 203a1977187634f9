import { randomHex } from '../values/hex.js';

/** Number of requests that are kept. A change reaches the feed soon after its request. */
const KEPT = 1_000;

/** Trace ids of the changes that this tab has requested, oldest first. */
const traceIds = new Set<string>();

/** Sends a request. A change gets a trace id by which `isOwnChange` recognizes it in the change feed. */
export function fetchTraced(url: string, init: RequestInit): Promise<Response> {
  if (init.method === undefined || init.method === 'GET') return fetch(url, init);
  const traceId = randomHex(16);
  traceIds.add(traceId);
  for (const oldest of traceIds) {
    if (traceIds.size <= KEPT) break;
    traceIds.delete(oldest);
  }
  const headers = new Headers(init.headers);
  headers.set('traceparent', `00-${traceId}-${randomHex(8)}-01`);
  return fetch(url, { ...init, headers });
}

/** Whether a change was requested by this tab. Those of other tabs and of other users with the same key were not. */
export function isOwnChange({ traceId }: { traceId: string | null }): boolean {
  return traceId !== null && traceIds.has(traceId);
}
