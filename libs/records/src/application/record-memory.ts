import { LRUCache } from 'lru-cache';

import { JsonText } from '@haven/kernel';

import type { LiveRecord } from '../domain/record-reader.js';
import { StoredRecord } from '../domain/stored-record.js';
import type { ReadRecord } from './read-record.js';

interface Remembered {
  readonly id: string;
  readonly version: number;
  readonly text: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly position: bigint;
  readonly epoch: number;
}

/** What is repaired by hand (`haven rebuild`) leaves no event: so long a mistake may live on. */
const LONGEST_MS = 300_000;

/** What a record takes besides its text, which may have two bytes a character. */
const OVERHEAD_BYTES = 600;

/** Records in this process's memory, those least recently read forgotten first. None is remembered that has changed while it was read. */
export class RecordMemory {
  private readonly records: LRUCache<string, Remembered>;
  /** The reads that are under way, the last of each record: what they must at least come back with, to be remembered. */
  private readonly reads = new Map<string, { least: number }>();

  constructor(bytes: number) {
    this.records = new LRUCache({
      maxSize: bytes,
      sizeCalculation: ({ text }) => OVERHEAD_BYTES + 2 * text.length,
      ttl: LONGEST_MS,
    });
  }

  /** The record, if it was remembered under the same epoch. Whoever looks into its document parses one of his own. */
  get(key: string, epoch: number): ReadRecord | undefined {
    const known = this.records.get(key);
    if (known?.epoch !== epoch) return undefined;
    const { id, version, text, createdAt, updatedAt, position } = known;
    const record = new StoredRecord(id, version, new JsonText(text), createdAt, updatedAt) as LiveRecord; // it has a document
    return { record, position };
  }

  /** What `read` finds, remembered under the epoch unless the record has changed meanwhile. */
  async fill(key: string, epoch: number, read: () => Promise<ReadRecord | null>): Promise<ReadRecord | null> {
    const reading = { least: 0 };
    this.reads.set(key, reading);
    try {
      const found = await read();
      const isLast = this.reads.get(key) === reading;
      if (found && isLast && found.record.version >= reading.least) this.remember(key, epoch, found);
      return found;
    } finally {
      if (this.reads.get(key) === reading) this.reads.delete(key);
    }
  }

  /** The record has come to that version. */
  hear(key: string, version: number): void {
    if ((this.records.peek(key)?.version ?? version) < version) this.records.delete(key);
    const reading = this.reads.get(key);
    if (reading) reading.least = Math.max(reading.least, version);
  }

  private remember(key: string, epoch: number, { record, position }: ReadRecord): void {
    const { id, version, document, createdAt, updatedAt } = record;
    this.records.set(key, { id, version, text: document.text, createdAt, updatedAt, position, epoch });
  }
}
