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

const SWEEP_MS = 60_000;

/** What a record takes besides its text, which may have two bytes a character. */
const OVERHEAD_BYTES = 600;

/** Records in this process's memory, those least recently read forgotten first. None is remembered that has changed while it was read. */
export class RecordMemory {
  private readonly records: LRUCache<string, Remembered>;
  /** The records that are being read, by how many, and what they must at least come back with to be remembered. */
  private readonly reads = new Map<string, { least: number; readers: number }>();
  private sweptAt = performance.now();

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
    const reading = this.reads.get(key) ?? { least: 0, readers: 0 };
    this.reads.set(key, reading);
    reading.readers++;
    try {
      const found = await read();
      if (found && found.record.version >= reading.least) this.remember(key, epoch, found);
      return found;
    } finally {
      if (--reading.readers === 0) this.reads.delete(key);
    }
  }

  /** Forgets the record, if it is older than that version. */
  hear(key: string, version: number): void {
    if ((this.records.peek(key)?.version ?? version) < version) this.records.delete(key);
    const reading = this.reads.get(key);
    if (reading) reading.least = Math.max(reading.least, version);
  }

  /** What has been too long in memory is let go, and not only passed over: an erased document must not stay. */
  private sweep(): void {
    const now = performance.now();
    if (now - this.sweptAt < SWEEP_MS) return;
    this.sweptAt = now;
    this.records.purgeStale();
  }

  private remember(key: string, epoch: number, { record, position }: ReadRecord): void {
    const { id, version, document, createdAt, updatedAt } = record;
    const known = this.records.peek(key);
    if (known?.epoch === epoch && known.version >= version) return;
    this.sweep();
    this.records.set(key, { id, version, text: document.text, createdAt, updatedAt, position, epoch });
  }
}
