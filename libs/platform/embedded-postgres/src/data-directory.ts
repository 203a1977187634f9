import { createHash } from 'node:crypto';
import { chmod, chown, lstat, mkdir, readdir, readlink, realpath, rmdir, stat, symlink } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

import { can, type Account } from './account.js';
import { EmbeddedPostgresError } from './embedded-postgres.error.js';
import { hasErrorCode } from './has-code.js';
import { openSharedDirectory } from './shared-directory.js';

/**
 * Makes sure that `dataDir` is a directory the account can reach and tells where it really lies. A directory made
 * or found empty here is closed to all others; one that holds anything is left exactly as it is.
 *
 * When the account can not pass the directories above (root's home is closed), the real directory is made in
 * `sharedDir` and `dataDir` becomes a link to it.
 */
export async function openDataDirectory(dataDir: string, account: Account | null, sharedDir: string): Promise<string> {
  await make(dataDir);
  await adoptIfEmpty(dataDir, account);
  const place = await realpath(dataDir); // the account need not pass the link, only what lies behind it
  if (!account || (await isReachable(place, account))) return place;
  return moveOut(dataDir, account, sharedDir);
}

/** A short name for a path, stable from start to start. */
export function locationHash(path: string): string {
  return createHash('sha256').update(path).digest('hex').slice(0, 12);
}

async function make(dataDir: string): Promise<void> {
  const place = await behindLink(dataDir);
  await mkdir(dirname(place), { recursive: true });
  try {
    await mkdir(place, { mode: 0o700 });
  } catch (error) {
    if (!hasErrorCode(error, 'EEXIST') || !(await stat(place)).isDirectory()) throw error;
  }
}

/** The target of our own link, which `mkdir` would not make when it has been deleted. */
async function behindLink(dataDir: string): Promise<string> {
  try {
    return (await lstat(dataDir)).isSymbolicLink() ? resolve(dirname(dataDir), await readlink(dataDir)) : dataDir;
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return dataDir;
    throw error;
  }
}

/** Root keeps the directory and lets the account pass through it, no more: the account can plant nothing that root would then follow. */
async function adoptIfEmpty(dataDir: string, account: Account | null): Promise<void> {
  if ((await readdir(dataDir)).length > 0) return;
  if (account) {
    await chown(dataDir, 0, account.gid);
    await chmod(dataDir, 0o710);
  } else if ((await stat(dataDir)).uid === process.getuid?.()) {
    await chmod(dataDir, 0o700);
  }
}

async function isReachable(dataDir: string, account: Account): Promise<boolean> {
  return can(account, 'cd "$1"', dataDir);
}

async function moveOut(dataDir: string, account: Account, sharedDir: string): Promise<string> {
  const real = join(sharedDir, `${basename(dataDir)}-${locationHash(dataDir)}`);
  await openSharedDirectory(sharedDir);
  await make(real);
  await adoptIfEmpty(real, account);
  const inTheWay = `PostgreSQL refuses to run as root, and the user ${account.name} who runs it instead can not enter ${dataDir}`;
  if (!(await isReachable(real, account))) {
    throw new EmbeddedPostgresError(
      `${inTheWay} nor ${real}; start Haven as another user, or set HAVEN_DATA_DIR to a directory that user can enter.`,
    );
  }
  try {
    await rmdir(dataDir);
  } catch (error) {
    if (!hasErrorCode(error, 'ENOTEMPTY', 'EBUSY', 'ENOTDIR')) throw error;
    throw new EmbeddedPostgresError(
      `${inTheWay}, which is in use; let that user pass through it and the directories above (chmod o+x), or set HAVEN_DATA_DIR to another directory.`,
    );
  }
  await symlink(real, dataDir);
  return realpath(dataDir);
}
