import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

import { hasErrorCode } from './has-code.js';
import { poll } from './poll.js';
import { isPostmaster, sendSignal } from './postmaster.js';

/** Time in which the server processes of a killed postmaster usually notice that it is gone, and end. */
const NOTICE_MS = 500;
/** Time that a process needs for an immediate shutdown. PostgreSQL itself also waits 5 s before SIGKILL. */
const QUIT_MS = 5_000;
const KILL_MS = 5_000;

/**
 * Ends the server processes of the cluster that have outlived their postmaster. PostgreSQL does not start while they
 * use the shared memory, and a process that executes a long statement does not notice by itself that its postmaster is
 * gone. Their work is lost either way: the next postmaster recovers from the WAL. Call it only while holding the lock.
 *
 * Systems without /proc do not reveal the cluster of a process. There, the start of the server waits for them.
 */
export async function endOrphans(cluster: string, log: (line: string) => void): Promise<void> {
  const areGone = (): boolean => orphansOf(cluster).length === 0;
  if (areGone() || (await poll(areGone, NOTICE_MS))) return;
  log(`Ending server processes that have outlived their postmaster: ${orphansOf(cluster).join(', ')}.`);
  for (const pid of orphansOf(cluster)) sendSignal(pid, 'SIGQUIT');
  if (await poll(areGone, QUIT_MS)) return;
  for (const pid of orphansOf(cluster)) sendSignal(pid, 'SIGKILL');
  await poll(areGone, KILL_MS);
}

/** Returns the pids of the server processes of the cluster whose parent is not its postmaster. */
function orphansOf(cluster: string): number[] {
  return processIds().filter((pid) => {
    try {
      if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('postgres: ')) return false;
      return readlinkSync(`/proc/${pid}/cwd`) === cluster && !isPostmaster(parentOf(pid), cluster);
    } catch {
      return false; // the process has ended, or belongs to another user
    }
  });
}

function processIds(): number[] {
  try {
    return readdirSync('/proc')
      .map(Number)
      .filter((pid) => pid > 0);
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return [];
    throw error;
  }
}

function parentOf(pid: number): number {
  return Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}
