import { setTimeout as delay } from 'node:timers/promises';

/** Maximum delay of a Node timer, in milliseconds. */
const LONGEST_MS = 2 ** 31 - 1;

/** Resolves after the delay, or as soon as the signal is aborted. Does not keep the process alive. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(Math.min(milliseconds, LONGEST_MS), undefined, { signal, ref: false }).catch(() => undefined);
}
