import type { Outcome } from './courier.js';

/** What an attempt means: `busy` asks for less, `slow` had no answer in time, `gone` (410) wants no more of it. */
export type Result = 'delivered' | 'gone' | 'busy' | 'slow' | 'failed';

export const RESULTS = ['delivered', 'gone', 'busy', 'slow', 'failed'] as const satisfies readonly Result[];

/** Statuses of a receiver, or of what stands before it, that has too much to do. */
const BUSY: ReadonlySet<number | null> = new Set([429, 502, 503, 504]);

/** Anything but 2xx is a failure, redirects above all: they are not followed. */
export function resultOf({ status, error }: Outcome): Result {
  if (status !== null && status >= 200 && status <= 299) return 'delivered';
  if (status === 410) return 'gone';
  if (BUSY.has(status)) return 'busy';
  return error === 'timeout' ? 'slow' : 'failed';
}
