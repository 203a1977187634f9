import { constants, type Stats } from 'node:fs';
import { open, rename, stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

import { hasErrorCode } from './has-code.js';

const ROTATE_ABOVE_BYTES = 8 * 1024 * 1024;
const TAIL_LINES = 12;
const TAIL_BYTES = 16 * 1024;

/** The file that PostgreSQL logs to. It is rotated only when the server starts: a large file is renamed to `.1`. */
export class ServerLog {
  readonly path: string;
  private readonly file: FileHandle;
  private readonly startsAt: number;

  private constructor(path: string, file: FileHandle, startsAt: number) {
    this.path = path;
    this.file = file;
    this.startsAt = startsAt;
  }

  static async open(path: string): Promise<ServerLog> {
    const before = await statIfExists(path);
    if (before && before.size > ROTATE_ABOVE_BYTES) await rename(path, `${path}.1`);
    const flags = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;
    const file = await open(path, flags, 0o600);
    const { uid, gid } = await stat(dirname(path));
    // The owner of the directory must be able to use a log that root created.
    if (before?.uid !== uid && process.getuid?.() === 0) await file.chown(uid, gid);
    return new ServerLog(path, file, (await file.stat()).size);
  }

  /** The file descriptor for the server. It stays valid in the child process after `close`. */
  get descriptor(): number {
    return this.file.fd;
  }

  /** Returns the last lines that were written since `open`. */
  async tail(): Promise<string> {
    const { size } = await this.file.stat();
    return readLastLines(this.file, Math.max(this.startsAt, size - TAIL_BYTES), size);
  }

  close(): Promise<void> {
    return this.file.close();
  }
}

/** Returns the last lines of the log at `path`, also of earlier starts; an empty string if there is none. */
export async function readTail(path: string): Promise<string> {
  const stats = await statIfExists(path);
  if (!stats) return '';
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    return await readLastLines(file, Math.max(0, stats.size - TAIL_BYTES), stats.size);
  } finally {
    await file.close();
  }
}

/** Returns the last lines of a program's output, for an error message. */
export function lastLines(text: string): string {
  return text.trim().split('\n').slice(-TAIL_LINES).join('\n');
}

async function readLastLines(file: FileHandle, from: number, size: number): Promise<string> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from);
  return lastLines(buffer.toString('utf8', 0, bytesRead));
}

async function statIfExists(path: string): Promise<Stats | null> {
  try {
    return await stat(path);
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return null;
    throw error;
  }
}
