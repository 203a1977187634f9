import { chown, lstat, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Account } from './account.js';
import { locationHash } from './data-directory.js';
import { EmbeddedPostgresError } from './embedded-postgres.error.js';
import { hasErrorCode } from './has-code.js';

/** Number in the socket's name. There is no TCP port. */
export const PORT = 5432;

const SOCKET = `.s.PGSQL.${PORT}`;
const MAX_PATH_BYTES = 103; // on macOS; 107 on Linux

/**
 * Returns the directory of the server's socket: `run` in the data directory, or a directory with a stable name in the
 * temporary directory if the first path is too long for a socket.
 */
export function socketDirectoryOf(dataDir: string, account: Account | null): string {
  const near = join(dataDir, 'run');
  // The account may not be able to enter root's TMPDIR.
  return fits(near) ? near : join(account ? '/tmp' : tmpdir(), `haven-${locationHash(dataDir)}`);
}

/** Makes sure that the directory exists and that only the server's user (and root) can enter it. */
export async function openSocketDirectory(dir: string, account: Account | null): Promise<void> {
  try {
    await mkdir(dir, { mode: 0o700 });
    if (account) await chown(dir, account.uid, account.gid);
  } catch (error) {
    if (!hasErrorCode(error, 'EEXIST')) throw error;
    await checkPrivate(dir, account);
  }
}

/** Removes the socket of a server that was killed. Call it only when no server is running. */
export async function removeStaleSocket(dir: string): Promise<void> {
  await rm(join(dir, SOCKET), { force: true });
  // The pid in the lock file may belong to another program by now, which PostgreSQL would not notice.
  await rm(join(dir, `${SOCKET}.lock`), { force: true });
}

function fits(dir: string): boolean {
  return Buffer.byteLength(join(dir, SOCKET)) <= MAX_PATH_BYTES;
}

/** Checks an existing directory, because anyone can create one of that name in the temporary directory. */
async function checkPrivate(dir: string, account: Account | null): Promise<void> {
  const found = await lstat(dir);
  const owner = account?.uid ?? process.getuid?.();
  if (found.isDirectory() && found.uid === owner && (found.mode & 0o077) === 0) return;
  throw new EmbeddedPostgresError(
    `${dir}, which PostgreSQL needs for its socket, is not a directory of mode 0700 owned by uid ${owner}; remove it.`,
  );
}
