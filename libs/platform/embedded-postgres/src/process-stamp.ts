import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';

/**
 * Returns a unique name that identifies this process by pid and start time, so that a reused pid is not mistaken for
 * it. It is used as a file name or as the target of a symbolic link, because the file system creates both atomically.
 */
export function newProcessStamp(): string {
  return `${process.pid}.${startOf(process.pid) ?? 'unknown'}.${randomUUID().slice(0, 8)}`;
}

/** Whether the process that created the stamp is still running; false for anything that is not a stamp. */
export function isProcessAlive(stamp: string): boolean {
  const [pid, start] = stamp.split('.');
  return Number(pid) > 0 && startOf(Number(pid)) === start;
}

function startOf(pid: number): string | undefined {
  if (existsSync('/proc/self/stat')) return startInProc(pid);
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', stdio: 'pipe' }).replaceAll(
      /\W+/g,
      '-',
    );
  } catch {
    return undefined; // ps exits with 1 when there is no such process
  }
}

function startInProc(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in parentheses. It may contain spaces and parentheses itself.
    const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? undefined : rest[18];
  } catch {
    return undefined; // the process has ended
  }
}
