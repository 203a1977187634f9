import { readlink, rename, symlink, unlink } from 'node:fs/promises';

import { EmbeddedPostgresError } from './embedded-postgres.error.js';
import { hasErrorCode } from './has-code.js';
import { poll } from './poll.js';
import { isProcessAlive, newProcessStamp } from './process-stamp.js';

const WAIT_MS = 150_000;

/**
 * Runs `work` while holding the lock at the given path, which neither another process nor another caller in this
 * process can hold at the same time. Takes over the lock of a process that was killed. If two processes nevertheless
 * hold the lock at the same time, PostgreSQL's own locks still protect the data.
 */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const stamp = newProcessStamp();
  if (!(await poll(() => acquire(path, stamp), WAIT_MS))) {
    throw new EmbeddedPostgresError(
      `Another process has been starting or stopping this database for ${WAIT_MS / 1000} s; ` +
        `stop that process or remove ${path}.`,
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
    await symlink(stamp, path); // a dangling link, which is created atomically with its target
    return true;
  } catch (error) {
    if (!hasErrorCode(error, 'EEXIST')) throw error;
    await releaseIfDead(path, stamp);
    return false;
  }
}

async function releaseIfDead(path: string, stamp: string): Promise<void> {
  const aside = `${path}.${stamp}`;
  try {
    if (isProcessAlive(await readlink(path))) return;
    await rename(path, aside);
    const evicted = await readlink(aside);
    if (isProcessAlive(evicted)) await symlink(evicted, path); // another process took over first, and keeps the lock
    await unlink(aside);
  } catch (error) {
    if (!hasErrorCode(error, 'ENOENT', 'EEXIST')) throw error; // released, or taken over by another process
  }
}
