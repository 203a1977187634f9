import type { WebhookResponse } from './webhook-client.js';

/**
 * Classification of an attempt. `busy` (the endpoint is overloaded) and `slow` (no response within `webhooks.timeout`)
 * reduce the concurrency. `gone` (410) disables the endpoint. Everything but `delivered` counts as a failure.
 */
export type AttemptResult = 'delivered' | 'gone' | 'busy' | 'slow' | 'failed';

export const ATTEMPT_RESULTS = [
  'delivered',
  'gone',
  'busy',
  'slow',
  'failed',
] as const satisfies readonly AttemptResult[];

/** Statuses with which an overloaded endpoint, or a proxy in front of it, responds. */
const BUSY_STATUSES: ReadonlySet<number | null> = new Set([429, 502, 503, 504]);

/** Classifies a response. Only a 2xx status is a success. Redirects are not followed, so a 3xx status is a failure. */
export function classifyResponse({ status, error }: WebhookResponse): AttemptResult {
  if (status !== null && status >= 200 && status <= 299) return 'delivered';
  if (status === 410) return 'gone';
  if (BUSY_STATUSES.has(status)) return 'busy';
  return error === 'timeout' ? 'slow' : 'failed';
}
