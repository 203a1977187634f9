import { readFile, rename, writeFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';

import type { components } from './generated/openapi.js';

type Change = components['schemas']['Change'];
type ChangePage = components['schemas']['ChangePage'];

/** Passes each change to `apply` in order, starting where the last run stopped. `file` stores this position. */
export async function follow(url: string, file: string, apply: (change: Change) => Promise<void>, signal: AbortSignal) {
  let after = await readFile(file, 'utf8').catch(() => 'earliest');
  while (!signal.aborted) {
    const query = new URLSearchParams({ after, limit: '500' });
    const response = await fetch(new URL(`/api/v1/changes?${query}`, url), { signal });
    if (!response.ok) throw new Error(await response.text()); // CURSOR_EXPIRED: read all records again
    const page = (await response.json()) as ChangePage;
    for (const change of page.items) await apply(change); // changes may repeat after a crash: compare versions
    if (page.nextCursor !== after) {
      await writeFile(`${file}.new`, page.nextCursor);
      await rename(`${file}.new`, file); // atomic: the file has the old or the new cursor
      after = page.nextCursor;
    }
    if (!page.hasMore) await setTimeout(1_000, undefined, { signal });
  }
}

if (process.argv[1] === import.meta.filename) {
  const [url = 'http://localhost:8080', file = 'cursor'] = process.argv.slice(2);
  const stop = new AbortController();
  process.once('SIGTERM', () => stop.abort());
  const print = async ({ type, recordId, version }: Change) => console.log(type, recordId, version);
  await follow(url, file, print, stop.signal).catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
}
