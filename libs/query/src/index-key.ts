import type { IndexMember, ValueType } from './index-definition.js';
import type { Field } from './path.js';
import { sortKeyCharacters } from './sort-key.js';
import type { SortKey } from './sort-key.js';

/**
 * Maximum number of bytes of a key. An entry of a B-tree may have at most 2,704 bytes. Two parts never have more bytes
 * than this, so only keys of three and more parts are cut.
 */
export const indexKeyBytes = 2_560;

/**
 * Maximum number of bytes of the part of a field. A text has at most 256 characters of 4 bytes; as an instant, it has a
 * number too.
 */
export function maxPartBytes(field: Field): number {
  if ('path' in field) return 1 + 8 + 4 * sortKeyCharacters + 1;
  return field.system === 'id' ? 1 + UUID_CHARACTERS + 1 : 1 + 8;
}

const UUID_CHARACTERS = 36;

/** Entries of array elements begin with this byte, which no whole value begins with. */
export const elementMark = Buffer.from([0xee]);

/**
 * Encodes a sort key as bytes whose order is the order of the sort keys. No part is a prefix of another one of the same
 * type and direction, so parts can be concatenated. The SQL functions `haven.value_key` and
 * `haven.typed_text_key` return the same bytes.
 *
 * The first byte is the rank. The number of a boolean or a number follows as 8 bytes, the text of a string as UTF-8 and
 * a 0 byte. A string that is compared as an instant has both. For the descending direction, all bits are inverted.
 */
export function keyPart([rank, number, text]: SortKey, as?: ValueType, direction?: IndexMember['direction']): Buffer {
  const isString = rank === 4;
  const hasNumber = rank === 2 || rank === 3 || (isString && as === 'dateTime');
  const start = String.fromCharCode(rank); // one byte, like the 0 at the end
  const part = hasNumber
    ? Buffer.concat([Buffer.from(start), orderedDouble(number), Buffer.from(isString ? `${text}\0` : '')])
    : Buffer.from(isString ? `${start}${text}\0` : start);
  return direction === 'descending' ? inverted(part) : part;
}

/** Returns the key that consists of these parts. */
export function indexKey(parts: readonly Buffer[]): Buffer {
  const [first, second] = parts;
  return (first && !second ? first : Buffer.concat(parts)).subarray(0, indexKeyBytes);
}

/** Encodes a number as 8 bytes that have the order of the numbers. 0 and -0 are the same number. */
function orderedDouble(number: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(number + 0); // -0 + 0 is 0
  if (number < 0) return inverted(bytes);
  bytes.writeUInt8(bytes.readUInt8(0) | 0x80, 0);
  return bytes;
}

function inverted(bytes: Buffer): Buffer {
  return bytes.map((byte) => ~byte) as Buffer; // `map` of a Buffer returns a Buffer
}
