import { randomFillSync } from 'node:crypto';

import { v7 as uuidv7, validate } from 'uuid';

import { invalid, notFound } from '@haven/kernel';

/** Normalizes the id of a record. Throws `NOT_FOUND` if it is not a UUID. */
export function recordId(id: string): string {
  if (!validate(id)) throw notFound('record', id);
  return id.toLowerCase();
}

/** Returns the id of a new record: the given UUID, or a generated one (version 7, so that ids increase with time). */
export function newRecordId(id: unknown): string {
  if (id === undefined) return nextId();
  if (typeof id !== 'string' || !validate(id)) throw invalid('VALIDATION_FAILED', '/id', 'Must be a UUID');
  return id.toLowerCase();
}

const randomPool = new Uint8Array(4_096);
let byteAt = randomPool.length;
let milliseconds = 0;
let sequence = 0;

/**
 * Generates a UUID greater than the previous one (RFC 9562 §6.2, method 1). Random bytes are requested 4 KiB at a time
 * and kept in a pool, because requesting 16 bytes takes as long.
 */
function nextId(): string {
  if (byteAt === randomPool.length) {
    randomFillSync(randomPool);
    byteAt = 0;
  }
  const random = randomPool.subarray(byteAt, (byteAt += 16));
  const now = Date.now();
  if (now > milliseconds) {
    milliseconds = now;
    sequence = new DataView(random.buffer, random.byteOffset).getUint32(0) >>> 2;
  } else {
    sequence++;
  }
  return uuidv7({ random, msecs: milliseconds, seq: sequence });
}
