import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

import { pack } from 'tar-stream';

import { StartError } from '../start-error.js';
import { HEADER_ENTRY, SUMMARY_ENTRY, tableEntry } from './backup-contents.js';
import type { BackupHeader, SequenceState, TableSummary } from './backup-contents.js';

/** Maximum size of an entry with rows. An entry is written when it is complete, because its size precedes it. */
const ENTRY_BYTES = 2 ** 20;

/**
 * Level of gzip. On documents, the default level 6 takes more than twice as long and saves less than a tenth of the
 * size.
 */
const LEVEL = 3;

/**
 * Writes a backup: a tar archive, compressed with gzip, that `tar` can unpack. The file has the extension `.part` until
 * it is complete and on disk.
 */
export class ArchiveWriter {
  private readonly tar = pack();
  private readonly written: Promise<void>;
  private readonly tables: Record<string, TableSummary> = {};
  private headerHash = '';
  private failure: unknown;
  private onFailure: (error: unknown) => void = () => undefined;

  private constructor(private readonly file: string) {
    const draft = createWriteStream(this.draft, { mode: 0o600, flags: 'r+', flush: true });
    this.written = pipeline(this.tar, createGzip({ level: LEVEL }), draft);
    this.written.catch((error: unknown) => {
      this.failure = unwritable(file, error);
      this.onFailure(this.failure);
    });
  }

  /** Creates the file, readable only by the current user, before any data is written to it. */
  static async create(file: string): Promise<ArchiveWriter> {
    try {
      const handle = await open(`${file}.part`, 'w', 0o600);
      await handle.chmod(0o600);
      await handle.close();
    } catch (error) {
      throw unwritable(file, error);
    }
    return new ArchiveWriter(file);
  }

  async writeHeader(header: BackupHeader): Promise<void> {
    const text = textOf(header);
    this.headerHash = createHash('sha256').update(text).digest('hex');
    await this.writeEntry(HEADER_ENTRY, text);
  }

  /** Writes all rows of a table, in the text format of COPY: one line for each row. */
  async writeTable(name: string, lines: AsyncIterable<Buffer>, onRows: (count: number) => void): Promise<TableSummary> {
    const hash = createHash('sha256');
    let bytes = 0;
    let rows = 0;
    let part = 0;
    for await (const chunk of joined(lines)) {
      const count = lineCount(chunk);
      hash.update(chunk);
      bytes += chunk.length;
      rows += count;
      await this.writeEntry(tableEntry(name, ++part), chunk);
      onRows(count);
    }
    const summary = { rows, bytes, sha256: hash.digest('hex') };
    this.tables[name] = summary;
    return summary;
  }

  /** Writes the summary and gives the file its final name. */
  async complete(sequences: readonly SequenceState[]): Promise<void> {
    await this.writeEntry(SUMMARY_ENTRY, textOf({ tables: this.tables, sequences, header: this.headerHash }));
    this.tar.finalize();
    await this.written.catch(() => {
      throw this.failure;
    });
    await rename(this.draft, this.file);
    await syncDirectory(dirname(this.file));
  }

  /** Removes the unfinished file. */
  async discard(): Promise<void> {
    this.tar.destroy();
    await this.written.catch(() => undefined);
    await rm(this.draft, { force: true });
  }

  private get draft(): string {
    return `${this.file}.part`;
  }

  /** Resolves when the archive can take more data, and fails if the file cannot be written. */
  private writeEntry(name: string, content: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.failure !== undefined) return reject(this.failure);
      this.onFailure = reject;
      const header = { name, size: content.length, mode: 0o600, mtime: ENTRY_TIME };
      this.tar.entry(header, (error) => (error ? reject(error) : resolve())).end(content);
    });
  }
}

function unwritable(file: string, error: unknown): StartError {
  const reason = error instanceof Error ? error.message : String(error);
  return new StartError(`${file} cannot be written: ${reason}.`, { cause: error });
}

/** Time of all entries; the time of the backup is in its header. */
const ENTRY_TIME = new Date(0);

function textOf(value: object): Buffer {
  return Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
}

/** Returns the number of ends of lines. In COPY's text format, values contain none. */
function lineCount(text: Buffer): number {
  let count = 0;
  for (let at = text.indexOf(NEWLINE); at !== -1; at = text.indexOf(NEWLINE, at + 1)) count += 1;
  return count;
}

const NEWLINE = 0x0a;

/** Joins buffers until they have the size of an entry. */
async function* joined(buffers: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let pending: Buffer[] = [];
  let size = 0;
  for await (const buffer of buffers) {
    pending.push(buffer);
    size += buffer.length;
    if (size < ENTRY_BYTES) continue;
    yield Buffer.concat(pending);
    pending = [];
    size = 0;
  }
  if (size > 0) yield Buffer.concat(pending);
}

/** Makes the new name of a file survive a crash of the machine. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
