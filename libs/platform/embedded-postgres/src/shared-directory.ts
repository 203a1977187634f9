import { chmod, mkdir } from 'node:fs/promises';

/**
 * Directory where root stores programs and data that the account cannot reach elsewhere, such as in a home directory.
 */
export const SHARED_DIRECTORY = '/var/lib/haven';

/** Creates the directory. Everyone can enter it, whatever root's umask is, and only root can write to it. */
export async function openSharedDirectory(dir: string): Promise<void> {
  if ((await mkdir(dir, { recursive: true, mode: 0o755 })) !== undefined) await chmod(dir, 0o755);
}
