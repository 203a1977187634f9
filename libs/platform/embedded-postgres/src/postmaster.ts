import { execFileSync, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { hasErrorCode } from './has-code.js';
import { poll } from './poll.js';

const IMMEDIATE_STOP_MS = 10_000;
/** Time within which Node reports the end of a child process. */
const EXIT_MS = 1_000;

/** The server process of a cluster, as described by its `postmaster.pid`. */
export interface Postmaster {
  pid: number;
  socketDir: string;
  port: number;
  isReady: boolean;
  /** The process, if it was started here. Only then is it known how it ends. */
  child?: ChildProcess;
}

/** Returns the running server of the cluster; null if there is none, even if a stale `postmaster.pid` exists. */
export async function findPostmaster(cluster: string): Promise<Postmaster | null> {
  const [pid, , , port, socketDir, , , status] = await readPidFile(cluster);
  if (!isPostmaster(Number(pid), cluster)) return null;
  return { pid: Number(pid), port: Number(port), socketDir: socketDir ?? '', isReady: status?.trim() === 'ready' };
}

/**
 * Whether the process is the server of the cluster. The pid may have been reused, so the program must also be
 * `postgres` and run in this directory.
 */
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
    return false; // the process ended during the check, or belongs to another user
  }
}

/**
 * Removes a `postmaster.pid` that would prevent the server from starting because its pid now belongs to another
 * program. If server processes have outlived a killed postmaster, PostgreSQL still detects them, through the shared
 * memory of the cluster.
 */
export async function removeStalePidFile(cluster: string): Promise<void> {
  const [pid] = await readPidFile(cluster);
  if (pid !== undefined && isRunning(Number(pid))) await rm(join(cluster, 'postmaster.pid'), { force: true });
}

/** Returns how the process ended, such as `SIGKILL` or `exit code 1`; null if it was not started here. */
export async function endOf({ child }: Postmaster): Promise<string | null> {
  if (!child) return null;
  await poll(() => child.exitCode !== null || child.signalCode !== null, EXIT_MS);
  return child.signalCode ?? `exit code ${child.exitCode}`;
}

/**
 * Stops the server with a fast shutdown, which disconnects clients and flushes data. After `patienceMs` an immediate
 * shutdown follows, which requires recovery at the next start. Returns false if the server is still running.
 */
export async function haltPostmaster(pid: number, cluster: string, patienceMs: number): Promise<boolean> {
  const isGone = () => !isPostmaster(pid, cluster);
  sendSignal(pid, 'SIGINT');
  if (await poll(isGone, patienceMs)) return true;
  sendSignal(pid, 'SIGQUIT');
  return poll(isGone, IMMEDIATE_STOP_MS);
}

/** Sends a signal to a process, which may have ended already. */
export function sendSignal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!hasErrorCode(error, 'ESRCH')) throw error; // it has already ended
  }
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
