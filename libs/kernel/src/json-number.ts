const ZERO = 0x30;

/**
 * Whether a number literal (JSON's grammar, which is also GraphQL's) is returned as the same decimal value: it equals
 * the shortest decimal that parses to the same double. Integers beyond ±(2^53-1) are not exact, except from 1e21 on and
 * only if written with an exponent: below 1e21 JavaScript prints them as plain integers, which seem to be rounded.
 */
export function isExactNumber(literal: string): boolean {
  const value = Number(literal);
  const size = Math.abs(value);
  if (!isExactlyStorable(value) || (size > Number.MAX_SAFE_INTEGER && !/[.eE]/.test(literal))) return false;
  // Up to 15 digits are always exact unless the value is near the limits of doubles; most literals need no comparison.
  if (literal.length <= 15 && size > 1e-290 && size < 1e290) return true;
  const shortest = String(value);
  return shortest === literal || exactDecimal(shortest) === exactDecimal(literal);
}

/**
 * Whether a double can be printed and parsed again without a change. From 1e21 on JavaScript prints integers with an
 * exponent, and parsing that literal gives the same integer.
 */
export function isExactlyStorable(value: number): boolean {
  return (
    Number.isSafeInteger(value) || (Number.isFinite(value) && (!Number.isInteger(value) || Math.abs(value) >= 1e21))
  );
}

/** Normalizes a literal to its decimal value: digits without leading or trailing zeros, and a power of ten. */
function exactDecimal(literal: string): string {
  const [mantissa = '', exponent = '0'] = literal.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const digits = whole.replace('-', '') + fraction;
  let first = 0;
  let end = digits.length;
  while (digits.charCodeAt(first) === ZERO) first++;
  while (end > first && digits.charCodeAt(end - 1) === ZERO) end--;
  if (first === end) return '0';
  return `${digits.slice(first, end)}e${Number(exponent) - fraction.length + digits.length - end}`;
}
