import { readlink, rename, symlink, unlink } from 'node:fs/promises';

import { EmbeddedPostgresError } from './embedded-postgres.error.js';
import { hasErrorCode } from './has-code.js';
import { poll } from './poll.js';
import { isProcessAlive, newProcessStamp } from './process-stamp.js';

const WAIT_MS = 150_000;

/**
 * Runs `work` while no other process (or caller in this one) does so under the same path. A lock left by a
 * process that was killed is taken over. Should two processes ever pass it together, PostgreSQL's own locks still hold.
 */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const stamp = newProcessStamp();
  if (!(await poll(() => acquire(path, stamp), WAIT_MS))) {
    throw new EmbeddedPostgresError(
      `Another Haven has been starting or stopping this database for ${WAIT_MS / 1000} s; stop that process or remove ${path}.`,
    );
  }
  try {
    return await work();
  } finally {
    await unlink(path);
  }
}

async function acquire(path: string, stamp: string): Promise<boolean> {
  try {
    await symlink(stamp, path); // a link to nowhere: created with its text in one step
    return true;
  } catch (error) {
    if (!hasErrorCode(error, 'EEXIST')) throw error;
    await evictTheDead(path, stamp);
    return false;
  }
}

async function evictTheDead(path: string, stamp: string): Promise<void> {
  const aside = `${path}.${stamp}`;
  try {
    if (isProcessAlive(await readlink(path))) return;
    await rename(path, aside);
    const evicted = await readlink(aside);
    if (isProcessAlive(evicted)) await symlink(evicted, path); // another process evicted the dead one first; it keeps the lock
    await unlink(aside);
  } catch (error) {
    if (!hasErrorCode(error, 'ENOENT', 'EEXIST')) throw error; // released, or evicted by another process, meanwhile
  }
}
