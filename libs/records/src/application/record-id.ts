import { randomFillSync } from 'node:crypto';

import { v7 as uuidv7, validate } from 'uuid';

import { invalid, notFound } from '@haven/kernel';

/** An id in the form it is stored in; what is no UUID names no record. */
export function recordId(id: string): string {
  if (!validate(id)) throw notFound('record', id);
  return id.toLowerCase();
}

/** The id of a record to be made: the given UUID, or a new one (version 7, so that ids grow with time). */
export function newRecordId(id: unknown): string {
  if (id === undefined) return nextId();
  if (typeof id !== 'string' || !validate(id)) throw invalid('VALIDATION_FAILED', '/id', 'Must be a UUID');
  return id.toLowerCase();
}

const randomPool = new Uint8Array(4_096);
let byteAt = randomPool.length;
let milliseconds = 0;
let sequence = 0;

/** Grows from one to the next (RFC 9562 §6.2, method 1). Randomness is bought in stock: asking for 16 bytes costs as much as for 4 KiB. */
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
