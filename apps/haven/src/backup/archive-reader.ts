import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

import { extract } from 'tar-stream';
import type { Extract } from 'tar-stream';

import { StartError } from '../start-error.js';
import { BACKUP_FORMAT, BACKUP_VERSION, HEADER_ENTRY, SUMMARY_ENTRY, tableOfEntry } from './backup-contents.js';
import type { BackupHeader, BackupSummary, TableSummary } from './backup-contents.js';

/** One file in the archive. Its content must be read before the next one. */
type Entry = Extract extends AsyncIterable<infer Source> ? Source : never;

/** Maximum size of the header or the summary. */
const MAX_TEXT_BYTES = 16 * 2 ** 20;

/** The rows of one table in the order of the file, in the text format of COPY. */
export interface ArchivedTable {
  readonly name: string;
  readonly rows: AsyncIterable<Buffer>;
}

/** The kind of a file that may be a backup. */
export type BackupKind = 'haven' | 'pg_dump' | 'unknown';

/** Returns the kind of a file by its first bytes. */
export async function kindOf(file: string): Promise<BackupKind> {
  try {
    const handle = await open(file);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(5), 0, 5, 0);
      const start = buffer.subarray(0, bytesRead).toString('latin1');
      if (start === 'PGDMP') return 'pg_dump';
      return start.startsWith('\u001f\u008b') ? 'haven' : 'unknown';
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw new StartError(`${file} cannot be read: ${messageOf(error)}.`, { cause: error });
  }
}

/**
 * Reads a backup from its start to its end, once: first the header, then all rows of each table in turn, then the
 * summary. Fails with a `StartError` if the file is incomplete, or if its contents differ from the hashes in it.
 */
export class ArchiveReader {
  private readonly input = extract();
  private readonly entries = this.input[Symbol.asyncIterator]();
  private readonly done: Promise<void>;
  private readonly hashes = new Map<string, { hash: Hash; bytes: number }>();
  private headerHash = '';
  private entry: Entry | undefined;

  /** `onRead` is called with the number of bytes of the file that were read since the last call. */
  constructor(
    private readonly file: string,
    onRead: (bytes: number) => void = () => undefined,
  ) {
    const source = createReadStream(file, { highWaterMark: 256 * 1024 });
    source.on('data', ({ length }) => onRead(length));
    this.done = pipeline(source, createGunzip(), this.input);
    this.done.catch(() => undefined); // also fails the iteration over the entries
  }

  async header(): Promise<BackupHeader> {
    return this.explained(async () => {
      await this.advance();
      if (this.entry?.header.name !== HEADER_ENTRY) throw this.foreign();
      const text = await this.text();
      this.headerHash = createHash('sha256').update(text).digest('hex');
      const header = JSON.parse(text) as BackupHeader; // the hash in the summary confirms the content
      if (header.format !== BACKUP_FORMAT) throw this.foreign();
      if (header.version !== BACKUP_VERSION) {
        throw new StartError(
          `${this.file} has version ${header.version} of the backup format, but this Haven reads version ` +
            `${BACKUP_VERSION}; restore it with Haven ${header.haven} or newer.`,
        );
      }
      return header;
    });
  }

  /** Returns the tables. The rows of each must be read to their end before the next table is requested. */
  async *tables(): AsyncGenerator<ArchivedTable> {
    for (let name = this.currentTable(); name !== undefined; name = this.currentTable()) {
      if (this.hashes.has(name)) throw this.damaged(`the rows of ${name} are not in one place`);
      this.hashes.set(name, { hash: createHash('sha256'), bytes: 0 });
      yield { name, rows: this.rowsOf(name) };
    }
  }

  /** Reads the end of the file and compares all contents with the hashes in it. */
  async summary(): Promise<BackupSummary> {
    return this.explained(async () => {
      if (this.entry?.header.name !== SUMMARY_ENTRY) throw this.incomplete();
      const summary = JSON.parse(await this.text()) as BackupSummary; // the hashes below confirm the content
      if (this.entry) throw this.damaged(`it continues after its summary with ${this.entry.header.name}`);
      await this.done;
      if (summary.header !== this.headerHash) throw this.damaged(`its first entry, ${HEADER_ENTRY}, was altered`);
      for (const [name, table] of Object.entries(summary.tables)) this.compare(name, table);
      for (const name of this.hashes.keys()) {
        if (!summary.tables[name]) throw this.damaged(`it contains rows of ${name}, which its summary does not list`);
      }
      return summary;
    });
  }

  /** Stops reading. */
  async close(): Promise<void> {
    this.input.destroy();
    await this.done.catch(() => undefined);
  }

  private async *rowsOf(name: string): AsyncGenerator<Buffer> {
    while (this.entry && this.currentTable() === name) {
      const state = this.hashes.get(name);
      for await (const chunk of this.content(this.entry)) {
        state?.hash.update(chunk);
        if (state) state.bytes += chunk.length;
        yield chunk;
      }
      await this.explained(() => this.advance());
    }
  }

  private async *content(entry: Entry): AsyncGenerator<Buffer> {
    try {
      for await (const chunk of entry) yield chunk as Buffer; // the type of the package does not say so
    } catch (error) {
      throw this.explain(error);
    }
  }

  private currentTable(): string | undefined {
    return this.entry && tableOfEntry(this.entry.header.name);
  }

  private async advance(): Promise<void> {
    const { value, done } = await this.entries.next();
    this.entry = done ? undefined : value;
  }

  /** Returns the content of the current entry, and moves on to the next one. */
  private async text(): Promise<string> {
    if (!this.entry) throw this.incomplete();
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of this.content(this.entry)) {
      size += chunk.length;
      if (size > MAX_TEXT_BYTES) throw this.damaged(`its entry ${this.entry.header.name} is too large`);
      chunks.push(chunk);
    }
    await this.advance();
    return Buffer.concat(chunks).toString('utf8');
  }

  private compare(name: string, expected: TableSummary): void {
    const { hash, bytes } = this.hashes.get(name) ?? { hash: createHash('sha256'), bytes: 0 };
    if (bytes !== expected.bytes || hash.copy().digest('hex') !== expected.sha256) {
      throw this.damaged(`the rows of ${name} do not match their hash`);
    }
  }

  private async explained<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.explain(error);
    }
  }

  /** Translates errors of zlib, tar and JSON; they mean that the file is not as it was written. */
  private explain(error: unknown): unknown {
    if (error instanceof StartError) return error;
    const text = messageOf(error);
    if (/unexpected end|premature close/i.test(text)) return this.incomplete();
    return this.damaged(text);
  }

  private foreign(): StartError {
    return new StartError(`${this.file} is not a backup of Haven.`);
  }

  private incomplete(): StartError {
    return new StartError(`${this.file} is incomplete: it ends before the end of the backup. Use another backup.`);
  }

  private damaged(reason: string): StartError {
    return new StartError(`${this.file} is damaged (${reason}). Use another backup.`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
