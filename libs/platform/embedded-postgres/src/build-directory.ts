import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { hasErrorCode } from './has-code.js';
import { isProcessAlive, newProcessStamp } from './process-stamp.js';

/**
 * Creates the directory `target` completely or not at all: `fill` works on a private sibling (mode 0700), which is then
 * renamed. Removes incomplete directories of processes that were killed. If another process was first, its directory is
 * kept.
 */
export async function buildDirectory(target: string, fill: (draft: string) => Promise<void>): Promise<void> {
  const prefix = `${basename(target)}.draft-`;
  await removeAbandoned(dirname(target), prefix);
  const draft = join(dirname(target), prefix + newProcessStamp());
  await mkdir(draft, { mode: 0o700 });
  try {
    await fill(draft);
    await rename(draft, target);
    await sync(dirname(target));
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (!hasErrorCode(error, 'ENOTEMPTY', 'EEXIST')) throw error;
  }
}

async function removeAbandoned(parent: string, prefix: string): Promise<void> {
  const drafts = (await readdir(parent)).filter((name) => name.startsWith(prefix));
  for (const name of drafts.filter((draft) => !isProcessAlive(draft.slice(prefix.length)))) {
    // With retries, because an initdb whose parent was killed may still be writing to the directory.
    await rm(join(parent, name), { recursive: true, force: true, maxRetries: 5 });
  }
}

async function sync(dir: string): Promise<void> {
  const handle = await open(dir);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
