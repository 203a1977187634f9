import type { WebhookResponse } from './webhook-client.js';

/** What an attempt means: `busy` asks for less, `slow` had no answer in time, `gone` (410) wants no more of it. */
export type AttemptResult = 'delivered' | 'gone' | 'busy' | 'slow' | 'failed';

export const ATTEMPT_RESULTS = [
  'delivered',
  'gone',
  'busy',
  'slow',
  'failed',
] as const satisfies readonly AttemptResult[];

/** Statuses of a receiver, or of what stands before it, that has too much to do. */
const BUSY_STATUSES: ReadonlySet<number | null> = new Set([429, 502, 503, 504]);

/** Anything but 2xx is a failure, redirects above all: they are not followed. */
export function classifyResponse({ status, error }: WebhookResponse): AttemptResult {
  if (status !== null && status >= 200 && status <= 299) return 'delivered';
  if (status === 410) return 'gone';
  if (BUSY_STATUSES.has(status)) return 'busy';
  return error === 'timeout' ? 'slow' : 'failed';
}
