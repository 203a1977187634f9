import { createHmac, timingSafeEqual } from 'node:crypto';

import { invalid } from './error.js';
import type { HavenError } from './error.js';
import type { JsonValue } from './json-value.js';

const MAC_BYTES = 16;

/** Returns the error for a cursor that does not belong to the list in which the request uses it. */
export function invalidCursor(): HavenError {
  return invalid('CURSOR_INVALID', '', 'The cursor does not belong to this list; start again without it');
}

/**
 * Creates (`seal`) and verifies (`open`) cursors. A cursor is an opaque, signed position that is valid only for the
 * list it came from.
 */
export class CursorCodec {
  constructor(private readonly key: string) {}

  /** Returns a cursor for a position in the list that `binding` identifies (tenant, collection, filter and sort). */
  seal(position: JsonValue[], binding: string): string {
    const text = Buffer.from(JSON.stringify(position));
    return Buffer.concat([this.mac(text, binding), text]).toString('base64url');
  }

  /** Returns the position in a cursor. Throws `CURSOR_INVALID` if it was altered or belongs to another list. */
  open(cursor: string, binding: string): JsonValue[] {
    const bytes = Buffer.from(cursor, 'base64url');
    const text = bytes.subarray(MAC_BYTES);
    const mac = bytes.subarray(0, MAC_BYTES);
    if (mac.length < MAC_BYTES || !timingSafeEqual(mac, this.mac(text, binding))) {
      throw invalidCursor();
    }
    return JSON.parse(text.toString()) as JsonValue[]; // only `seal` creates texts with a valid MAC
  }

  private mac(text: Buffer, binding: string): Buffer {
    return createHmac('sha256', this.key).update(binding).update('\0').update(text).digest().subarray(0, MAC_BYTES);
  }
}
