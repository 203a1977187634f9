import { setTimeout as delay } from 'node:timers/promises';

/** Timers take no more. */
const LONGEST_MS = 2 ** 31 - 1;

/** Resolves after the time, or as soon as the signal is aborted; keeps no process alive. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(Math.min(milliseconds, LONGEST_MS), undefined, { signal, ref: false }).catch(() => undefined);
}
