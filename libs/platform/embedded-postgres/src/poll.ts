import { setTimeout as sleep } from 'node:timers/promises';

/** Delay between two checks of the condition. */
const INTERVAL_MS = 15;

/** Checks the condition repeatedly until it holds; returns false if `timeoutMs` passes first. */
export async function poll(condition: () => boolean | Promise<boolean>, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline) return false;
    await sleep(INTERVAL_MS);
  }
  return true;
}
