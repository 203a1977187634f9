import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { hasErrorCode } from './has-code.js';
import { poll } from './poll.js';

const IMMEDIATE_STOP_MS = 10_000;

/** The server process of a cluster, as its `postmaster.pid` describes it. */
export interface Postmaster {
  pid: number;
  socketDir: string;
  port: number;
  isReady: boolean;
}

/** The running server of the cluster; null when there is none, whatever a leftover `postmaster.pid` says. */
export async function findPostmaster(cluster: string): Promise<Postmaster | null> {
  const [pid, , , port, socketDir, , , status] = await readPidFile(cluster);
  if (!isPostmaster(Number(pid), cluster)) return null;
  return { pid: Number(pid), port: Number(port), socketDir: socketDir ?? '', isReady: status?.trim() === 'ready' };
}

/** A pid alone proves nothing (it may have been reused): the program must be `postgres`, at work in this very directory. */
export function isPostmaster(pid: number, cluster: string): boolean {
  if (!(pid > 0) || !isRunning(pid)) return false;
  try {
    if (!existsSync('/proc/self/cmdline')) {
      return execFileSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], {
        encoding: 'utf8',
        stdio: 'pipe',
      }).includes(`postgres -D ${cluster}`);
    }
    const [program, ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return (
      basename(program ?? '') === 'postgres' && (args.includes(cluster) || readlinkSync(`/proc/${pid}/cwd`) === cluster)
    );
  } catch {
    return false; // the process ended while it was looked at, or belongs to someone else
  }
}

/**
 * Removes a `postmaster.pid` that would keep the server from starting: its pid now belongs to another program.
 * Server processes that outlived a killed postmaster are still noticed, by the shared memory of the cluster.
 */
export async function removeStalePidFile(cluster: string): Promise<void> {
  const [pid] = await readPidFile(cluster);
  if (pid !== undefined && isRunning(Number(pid))) await rm(join(cluster, 'postmaster.pid'), { force: true });
}

/** Stops the server: clients are cut off and data is flushed; after `patienceMs` at once, to be recovered at the next start. False if it still runs. */
export async function haltPostmaster(pid: number, cluster: string, patienceMs: number): Promise<boolean> {
  const isGone = () => !isPostmaster(pid, cluster);
  signal(pid, 'SIGINT');
  if (await poll(isGone, patienceMs)) return true;
  signal(pid, 'SIGQUIT');
  return poll(isGone, IMMEDIATE_STOP_MS);
}

async function readPidFile(cluster: string): Promise<string[]> {
  try {
    return (await readFile(join(cluster, 'postmaster.pid'), 'utf8')).split('\n');
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return [];
    throw error;
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return hasErrorCode(error, 'EPERM');
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!hasErrorCode(error, 'ESRCH')) throw error; // gone already
  }
}
