import type { Browser } from 'playwright-core';

import type { Bench } from '../bench.ts';
import { summary } from '../measure.ts';
import type { Summary } from '../measure.ts';
import type { ServerProcess } from '../server-process.ts';
import { openProfile, viewShown } from './browser.ts';

/** Milliseconds until Haven is ready, and its resident memory in MiB: then, and after the first view was served. */
export interface ServerCost {
  row: string;
  ready: Summary;
  memory: Summary;
  /** Null without the console. */
  served: Summary | null;
}

/** Starts Haven with and without the console, in turn. */
export async function measureServer(bench: Bench, browser: Browser, rounds: number): Promise<ServerCost[]> {
  const sides = { 'with the console': true, 'without the console': false };
  const found = Object.entries(sides).map(([row, isEnabled]) => ({
    row,
    isEnabled,
    ready: [] as number[],
    memory: [] as number[],
    served: [] as number[],
  }));
  for (let round = 0; round <= rounds; round++) {
    for (const side of round % 2 === 0 ? found : found.toReversed()) {
      const started = performance.now();
      const server = await bench.haven('started', [`console.enabled=${side.isEnabled}`]);
      const [ready, memory] = [performance.now() - started, await residentMib(server)];
      if (side.isEnabled) await openFirstView(browser, server.origin);
      const served = await residentMib(server);
      await server.stop();
      if (round === 0) continue; // fills the caches
      side.ready.push(ready);
      side.memory.push(memory);
      side.served.push(served);
    }
  }
  return found.map(({ row, isEnabled, ready, memory, served }) => ({
    row,
    ready: summary(ready),
    memory: summary(memory),
    served: isEnabled ? summary(served) : null,
  }));
}

async function openFirstView(browser: Browser, origin: string): Promise<void> {
  const profile = await openProfile(browser);
  const page = await profile.newPage();
  await page.goto(`${origin}/console/`);
  await viewShown(page);
  await profile.close();
}

async function residentMib(server: ServerProcess): Promise<number> {
  return (await server.usage()).rss / 2 ** 20;
}
