import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A server that runs, as other processes of the same user find it. */
interface RunningServer {
  origin: string;
  pid: number;
  startedAt: number;
}

/**
 * Publishes the URL of a server for commands that are started in the same directory. Returns a function that withdraws
 * it. A failure, such as with a read-only file system, is ignored: commands then need `--url`.
 */
export function publishServer(origin: string): () => void {
  try {
    const directory = openDirectory();
    if (directory === undefined) return () => undefined;
    const file = join(directory, `${placeOf(process.cwd())}-${process.pid}.json`);
    const server: RunningServer = { origin, pid: process.pid, startedAt: Date.now() };
    writeFileSync(file, JSON.stringify(server), { mode: 0o600 });
    return () => rmSync(file, { force: true });
  } catch {
    return () => undefined;
  }
}

/** Returns the URL of the server that was started last in the current directory and still runs. */
export function findServer(): string | undefined {
  try {
    const directory = openDirectory();
    if (directory === undefined) return undefined;
    const place = `${placeOf(process.cwd())}-`;
    const files = readdirSync(directory).filter((file) => file.startsWith(place));
    return files
      .flatMap((file) => readServer(join(directory, file)))
      .toSorted((one, other) => other.startedAt - one.startedAt)
      .at(0)?.origin;
  } catch {
    return undefined; // there is none, or it cannot be read
  }
}

/**
 * Returns the directory of this user's servers. Commands send API keys to the URLs in it, so a directory that others
 * can write to is not used.
 */
function openDirectory(): string | undefined {
  const user = process.getuid?.();
  const directory = join(tmpdir(), `haven-servers-${user ?? 'user'}`);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const { uid, mode } = lstatSync(directory);
  const isOwn = user === undefined || (uid === user && (mode & 0o022) === 0);
  return isOwn && lstatSync(directory).isDirectory() ? directory : undefined;
}

/** A short name of a directory. */
function placeOf(directory: string): string {
  return createHash('sha256').update(realpathSync(directory)).digest('hex').slice(0, 16);
}

/** Reads a file, and removes it if its process has ended. */
function readServer(file: string): RunningServer[] {
  const server = JSON.parse(readFileSync(file, 'utf8')) as RunningServer; // written by `publishServer`
  if (isRunning(server.pid)) return [server];
  rmSync(file, { force: true });
  return [];
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'; // of another user
  }
}
