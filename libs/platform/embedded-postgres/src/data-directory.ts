import { createHash } from 'node:crypto';
import { chmod, chown, lstat, mkdir, readdir, readlink, realpath, rmdir, stat, symlink } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

import { can, type Account } from './account.js';
import { EmbeddedPostgresError } from './embedded-postgres.error.js';
import { hasErrorCode } from './has-code.js';
import { openSharedDirectory } from './shared-directory.js';

/**
 * Makes sure that `dataDir` is a directory that the account can reach; returns its real path. A new or empty directory
 * is closed to all other users. A directory with any content is left exactly as it is.
 *
 * If the account cannot enter the parent directories, such as root's home, the real directory is created in
 * `sharedDir`, and `dataDir` becomes a link to it.
 */
export async function openDataDirectory(dataDir: string, account: Account | null, sharedDir: string): Promise<string> {
  await createDirectory(dataDir);
  await adoptIfEmpty(dataDir, account);
  const real = await realpath(dataDir); // the account need not reach the link, only its target
  if (!account || (await isReachable(real, account))) return real;
  return moveOut(dataDir, account, sharedDir);
}

/** Returns a short name for a path, which is the same at every start. */
export function locationHash(path: string): string {
  return createHash('sha256').update(path).digest('hex').slice(0, 12);
}

async function createDirectory(dataDir: string): Promise<void> {
  const target = await linkTarget(dataDir);
  await mkdir(dirname(target), { recursive: true });
  try {
    await mkdir(target, { mode: 0o700 });
  } catch (error) {
    if (!hasErrorCode(error, 'EEXIST') || !(await stat(target)).isDirectory()) throw error;
  }
}

/**
 * Returns the target if `dataDir` is a link, such as one that Haven created; otherwise `dataDir`. If the target was
 * deleted, `mkdir` would not follow the link.
 */
async function linkTarget(dataDir: string): Promise<string> {
  try {
    return (await lstat(dataDir)).isSymbolicLink() ? resolve(dirname(dataDir), await readlink(dataDir)) : dataDir;
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return dataDir;
    throw error;
  }
}

/**
 * Closes an empty directory to other users. If an account runs PostgreSQL, root remains the owner and the account may
 * only enter the directory, so that the account cannot create a link there that root would follow.
 */
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
  await createDirectory(real);
  await adoptIfEmpty(real, account);
  const obstacle =
    'PostgreSQL refuses to run as root, ' +
    `and the user ${account.name}, who runs it instead, cannot enter ${dataDir}`;
  if (!(await isReachable(real, account))) {
    throw new EmbeddedPostgresError(
      `${obstacle} or ${real}; ` +
        'start Haven as another user, or set HAVEN_DATA_DIR to a directory that this user can enter.',
    );
  }
  try {
    await rmdir(dataDir);
  } catch (error) {
    if (!hasErrorCode(error, 'ENOTEMPTY', 'EBUSY', 'ENOTDIR')) throw error;
    throw new EmbeddedPostgresError(
      `${obstacle}, which is in use; let this user pass through it and the directories above it (chmod o+x), ` +
        'or set HAVEN_DATA_DIR to another directory.',
    );
  }
  await symlink(real, dataDir);
  return realpath(dataDir);
}
