import { chmod, mkdir } from 'node:fs/promises';

/** Where root puts what the account can not reach in the project: below no one's home. */
export const SHARED_DIRECTORY = '/var/lib/haven';

/** Makes the directory, enterable for everyone whatever root's umask; only root writes there. */
export async function openSharedDirectory(dir: string): Promise<void> {
  if ((await mkdir(dir, { recursive: true, mode: 0o755 })) !== undefined) await chmod(dir, 0o755);
}
