import { setTimeout as sleep } from 'node:timers/promises';

const EVERY_MS = 15;

/** Asks again and again until the answer is true; false when `timeoutMs` passed first. */
export async function poll(answer: () => boolean | Promise<boolean>, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (!(await answer())) {
    if (Date.now() > deadline) return false;
    await sleep(EVERY_MS);
  }
  return true;
}
