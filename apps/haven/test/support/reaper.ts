/**
 * Cleans up after a test run: waits until its standard input closes, which happens however the run ends (including
 * Ctrl-C and `kill -9`). Then it kills the processes that have the run's directory as TMPDIR, stops the PostgreSQL
 * servers whose data is in the directory, and deletes the directory. Usage: reaper.ts DIRECTORY.
 */
import { existsSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const STOP_MS = 10_000;

const [, , directory] = process.argv;
if (directory === undefined) throw new Error('Usage: reaper.ts DIRECTORY');
for await (const _ of process.stdin);
killProcesses(directory);
const outside = linkTargets(directory);
for (const place of [directory, ...outside]) await stopServers(place);
for (const place of [directory, ...outside]) rmSync(place, { recursive: true, force: true });

/** Without /proc (on macOS), processes of an aborted run keep running. */
function killProcesses(ofRun: string): void {
  if (!existsSync('/proc/self/environ')) return;
  for (const pid of readdirSync('/proc').map(Number)) {
    if (Number.isInteger(pid) && pid !== process.pid && environmentOf(pid).includes(`TMPDIR=${ofRun}`))
      signal(pid, 'SIGKILL');
  }
}

function environmentOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return []; // it has ended, or belongs to another user
  }
}

/**
 * Returns data directories outside the run's directory that it links to. They exist if the tests run as root, because
 * the user of PostgreSQL cannot access the run's directory then.
 */
function linkTargets(inside: string): string[] {
  if (!existsSync(inside)) return [];
  const links = readdirSync(inside, { recursive: true, withFileTypes: true }).filter((entry) => entry.isSymbolicLink());
  return links
    .map((link) => join(link.parentPath, link.name))
    .filter((link) => existsSync(link))
    .map((link) => realpathSync(link))
    .filter((target) => existsSync(join(target, 'postgres', 'PG_VERSION')));
}

async function stopServers(place: string): Promise<void> {
  if (!existsSync(place)) return;
  for (const file of readdirSync(place, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('postmaster.pid')) continue;
    const pid = Number.parseInt(readFileSync(join(place, file), 'utf8'), 10);
    signal(pid, 'SIGQUIT'); // PostgreSQL's immediate shutdown
    const deadline = Date.now() + STOP_MS;
    while (isRunning(pid) && Date.now() < deadline) await sleep(20);
    signal(pid, 'SIGKILL');
  }
}

function isRunning(pid: number): boolean {
  return signal(pid, 0);
}

function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false; // it has ended
  }
}
