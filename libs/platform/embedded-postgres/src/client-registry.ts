import { chown, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { isProcessAlive, newProcessStamp } from './process-stamp.js';

/** Who uses the server now: one empty file for each, named by its stamp, so that the last to leave can stop the server. */
export class ClientRegistry {
  private readonly mine = newProcessStamp();
  private readonly dir: string;

  private constructor(dir: string) {
    this.dir = dir;
  }

  static async join(dir: string): Promise<ClientRegistry> {
    if ((await mkdir(dir, { recursive: true, mode: 0o700 })) !== undefined) {
      const { uid, gid } = await stat(dirname(dir));
      await chown(dir, uid, gid); // root may visit a directory whose owner will come back without root
    }
    const clients = new ClientRegistry(dir);
    await writeFile(join(dir, clients.mine), '');
    return clients;
  }

  /** Takes the own name off; harmless when it is off already. */
  async leave(): Promise<void> {
    await rm(join(this.dir, this.mine), { force: true });
  }

  /** Whether any other living process is present; forgets those that were killed. */
  async hasOthers(): Promise<boolean> {
    const others = (await readdir(this.dir)).filter((stamp) => stamp !== this.mine);
    const dead = others.filter((stamp) => !isProcessAlive(stamp));
    await Promise.all(dead.map((stamp) => rm(join(this.dir, stamp), { force: true })));
    return dead.length < others.length;
  }
}
