import { chown, lstat, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Account } from './account.js';
import { locationHash } from './data-directory.js';
import { EmbeddedPostgresError } from './embedded-postgres.error.js';
import { hasErrorCode } from './has-code.js';

/** The number in the socket's name; there is no TCP port. */
export const PORT = 5432;

const SOCKET = `.s.PGSQL.${PORT}`;
const LONGEST_ADDRESS = 103; // bytes, on macOS; Linux takes 107

/**
 * A directory for the server's socket that only its user (and root) can enter: `run` in the data directory, or one
 * with a stable name among the temporary files where that path is too long for a socket's address.
 */
export async function openSocketDirectory(dataDir: string, account: Account | null): Promise<string> {
  const near = join(dataDir, 'run');
  // Root's TMPDIR may be closed to the account.
  const dir = fits(near) ? near : join(account ? '/tmp' : tmpdir(), `haven-${locationHash(dataDir)}`);
  try {
    await mkdir(dir, { mode: 0o700 });
    if (account) await chown(dir, account.uid, account.gid);
  } catch (error) {
    if (!hasErrorCode(error, 'EEXIST')) throw error;
    await checkPrivate(dir, account);
  }
  return dir;
}

/** Removes the socket of a server that was killed; to be called only when none runs. */
export async function removeStaleSocket(dir: string): Promise<void> {
  await rm(join(dir, SOCKET), { force: true });
  await rm(join(dir, `${SOCKET}.lock`), { force: true }); // the pid in it may by now belong to any program, and PostgreSQL would believe it
}

function fits(dir: string): boolean {
  return Buffer.byteLength(join(dir, SOCKET)) <= LONGEST_ADDRESS;
}

/** Among the temporary files anyone can have made a directory of that name. */
async function checkPrivate(dir: string, account: Account | null): Promise<void> {
  const found = await lstat(dir);
  const owner = account?.uid ?? process.getuid?.();
  if (found.isDirectory() && found.uid === owner && (found.mode & 0o077) === 0) return;
  throw new EmbeddedPostgresError(
    `${dir}, where PostgreSQL's socket belongs, is not a directory of mode 0700 owned by uid ${owner}; remove it.`,
  );
}
