import type { IndexMember } from '@haven/query';

/**
 * SQL that reads the parts of an entry's key, which `KEY_FUNCTIONS` encode. All of it calculates with bytes and
 * integers: a cast through text for every entry would take longer than reading the entries.
 */

/** Byte that ends a text in a key. */
const TEXT_END: Record<IndexMember['direction'], string> = {
  ascending: "'\\x00'::bytea",
  descending: "'\\xff'::bytea",
};

/** A part with as many bytes may be a text that was cut: one of 256 characters has 258 bytes or more. */
const CUT_TEXT_BYTES = 258;

/** Bits of a double: the mantissa without its first bit, and this first bit. */
const MANTISSA = 2n ** 52n - 1n;
const FIRST_BIT = 2n ** 52n;

/** Returns the rank of the part that begins at an offset of a key: a number from 0 (missing) to 6 (object). */
export function rankSql(key: string, offset: string, { direction }: Pick<IndexMember, 'direction'>): string {
  const byte = `get_byte(${key}, ${offset})`;
  return direction === 'ascending' ? byte : `(255 - ${byte})`;
}

/** Returns the number of bytes of the part of a member that begins at an offset of a key. */
export function partBytesSql(key: string, offset: string, member: IndexMember): string {
  const beforeText = member.as === 'dateTime' ? 9 : 1; // a date-time has a number before its text
  const text = `substr(${key}, ${offset} + ${beforeText + 1})`;
  return `CASE ${rankSql(key, offset, member)} WHEN 2 THEN 9 WHEN 3 THEN 9
    WHEN 4 THEN ${beforeText} + position(${TEXT_END[member.direction]} IN ${text}) ELSE 1 END`;
}

/** Returns the condition that a part, which is not NULL, contains the whole value: it is a scalar that was not cut. */
export function isWholeSql(part: string, member: IndexMember): string {
  return `(${rankSql(part, '0', member)} < 5 AND octet_length(${part}) < ${CUT_TEXT_BYTES})`;
}

/**
 * Returns the number of a part as an integer with the same order: the bits of the double if it is positive, and these
 * inverted if it is negative. NULL for other types.
 */
export function bitsSql(part: string, member: Pick<IndexMember, 'direction'>): string {
  const bytes = Array.from({ length: 8 }, (_, place) => {
    const byte = `get_byte(${part}, ${place + 1})`;
    return `${place === 0 ? `(${byte} - 128)` : byte} * ${2n ** BigInt(8 * (7 - place))}::bigint`;
  });
  const bits = `(${bytes.join(' + ')})`;
  return `CASE WHEN ${rankSql(part, '0', member)} = 3 THEN ${member.direction === 'ascending' ? bits : `~ ${bits}`} END`;
}

/** Returns the bits of the absolute value. */
function magnitudeSql(bits: string): string {
  return `(${bits} # (${bits} >> 63))`;
}

/** Returns the number with these bits as a double. No step of the calculation rounds. */
export function doubleSql(bits: string): string {
  const magnitude = magnitudeSql(bits);
  const firstBit = `CASE WHEN ${magnitude} > ${MANTISSA} THEN ${FIRST_BIT} ELSE 0 END`;
  const mantissa = `(((${bits} >> 63) | 1) * ((${magnitude} & ${MANTISSA}) | ${firstBit}))::float8 / ${FIRST_BIT}`;
  return `(${mantissa} * power(2::float8, (greatest(${magnitude} >> 52, 1) - 1023)::float8))`;
}

/**
 * Returns the number with these bits as the decimal that a document contains: the shortest that reads as this double.
 */
export function decimalSql(bits: string): string {
  return `${doubleSql(bits)}::text::numeric`;
}

/** Columns from which `thousandthsSql` is calculated. */
export interface ScaledColumns {
  readonly shift: string;
  readonly scaled: string;
}

/**
 * Returns the expressions of the columns for `thousandthsSql`: a double is `mantissa / 2 ^ shift`, and `scaled` is
 * 1,000 times the mantissa, plus the largest distance from a whole number of thousandths.
 */
export function scaledSql(bits: string): ScaledColumns {
  const magnitude = magnitudeSql(bits);
  return {
    shift: `1075 - (${magnitude} >> 52)::integer`,
    scaled: `((${magnitude} & ${MANTISSA}) | ${FIRST_BIT}) * 1000 + 499`,
  };
}

/**
 * Returns the thousandths of a decimal with at most three places, `count` times, as an integer; NULL for others, and
 * for numbers that are very large or very small. Half the distance to the next double is 500 thousandths of the
 * mantissa's last bit. So if a number of thousandths is nearer, it reads as this double; and since doubles of this size
 * are less than a thousandth apart, it is the shortest decimal that does.
 */
export function thousandthsSql(bits: string, { shift, scaled }: ScaledColumns, count: string): string {
  const fits = `${shift} BETWEEN 13 AND 62 AND ${scaled} - ((${scaled} >> ${shift}) << ${shift}) < 999 AND ${count} < 8000`;
  return `CASE WHEN ${fits} THEN ((${bits} >> 63) | 1) * (${scaled} >> ${shift}) * ${count} WHEN ${bits} = 0 THEN 0 END`;
}

/** Returns the JSON of a whole value, given its part in ascending order and its bits if it is a number. */
export function jsonOfPartSql(part: string, bits: string): string {
  return `CASE get_byte(${part}, 0)
    WHEN 2 THEN CASE get_byte(${part}, 1) WHEN 128 THEN 'false' ELSE 'true' END
    WHEN 3 THEN ${doubleSql(bits)}::text
    WHEN 4 THEN to_json(convert_from(substr(${part}, 2, octet_length(${part}) - 2), 'UTF8'))::text END`;
}
