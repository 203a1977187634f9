import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** The directory of scheduled backups. Other files in it are ignored, also backups with other names. */
export class BackupDirectory {
  constructor(private readonly path: string) {}

  /** Returns the file of a backup that begins at `time`. */
  fileOf(time: Date): string {
    return join(this.path, `haven-${time.toISOString().replace(/[-:]|\.\d+/g, '')}.backup`);
  }

  /** Returns the time at which the newest complete backup began, or undefined if there is none. */
  async newest(): Promise<Date | undefined> {
    const name = (await this.files(COMPLETE)).at(-1);
    return name === undefined ? undefined : timeOf(name);
  }

  /** Removes all but the newest `keep` complete backups. */
  async removeOld(keep: number): Promise<void> {
    for (const name of (await this.files(COMPLETE)).slice(0, -keep)) await rm(join(this.path, name), { force: true });
  }

  /** Removes files of backups whose process ended before they were complete. No backup may be running. */
  async removeUnfinished(): Promise<void> {
    for (const name of await this.files(UNFINISHED)) await rm(join(this.path, name), { force: true });
  }

  /** Returns the names of files, oldest first. */
  private async files(pattern: RegExp): Promise<string[]> {
    return (await readdir(this.path)).filter((name) => pattern.test(name)).toSorted();
  }
}

const COMPLETE = /^haven-\d{8}T\d{6}Z\.backup$/;
const UNFINISHED = /^haven-\d{8}T\d{6}Z\.backup\.part$/;

function timeOf(name: string): Date {
  return new Date(name.replace(/^haven-(....)(..)(..T..)(..)(..Z)\.backup$/, '$1-$2-$3:$4:$5'));
}
