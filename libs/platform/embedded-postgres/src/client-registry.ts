import { chown, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { isProcessAlive, newProcessStamp } from './process-stamp.js';

/**
 * Registers the processes that use the server, each by an empty file named after its process stamp, so that the last
 * one can stop the server.
 */
export class ClientRegistry {
  private readonly mine = newProcessStamp();
  private readonly dir: string;

  private constructor(dir: string) {
    this.dir = dir;
  }

  static async join(dir: string): Promise<ClientRegistry> {
    if ((await mkdir(dir, { recursive: true, mode: 0o700 })) !== undefined) {
      const { uid, gid } = await stat(dirname(dir));
      await chown(dir, uid, gid); // if root created it, the owner of its parent must be able to use it
    }
    const clients = new ClientRegistry(dir);
    await writeFile(join(dir, clients.mine), '');
    return clients;
  }

  /** Removes this process's file. Does nothing if it was removed before. */
  async leave(): Promise<void> {
    await rm(join(this.dir, this.mine), { force: true });
  }

  /** Whether any other living process uses the server. Removes the files of processes that were killed. */
  async hasOthers(): Promise<boolean> {
    const others = (await readdir(this.dir)).filter((stamp) => stamp !== this.mine);
    const dead = others.filter((stamp) => !isProcessAlive(stamp));
    await Promise.all(dead.map((stamp) => rm(join(this.dir, stamp), { force: true })));
    return dead.length < others.length;
  }
}
