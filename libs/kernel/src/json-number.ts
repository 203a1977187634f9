const ZERO = 0x30;

/**
 * Whether a number literal, in the grammar of JSON or GraphQL, keeps its decimal value when it is parsed to a double
 * and printed again. JavaScript prints a double as the shortest decimal that parses to it.
 *
 * Integers beyond ±(2^53-1) are accepted only if their absolute value is at least 1e21 and they are written with an
 * exponent or a fraction. JavaScript prints smaller ones as plain integers, which would be rejected if a client sent
 * them back.
 */
export function isExactNumber(literal: string): boolean {
  const value = Number(literal);
  const size = Math.abs(value);
  if (!isExactlyStorable(value) || (size > Number.MAX_SAFE_INTEGER && !/[.eE]/.test(literal))) return false;
  // Literals of up to 15 digits are exact unless the value is near the limits of doubles. This avoids most comparisons.
  if (literal.length <= 15 && size > 1e-290 && size < 1e290) return true;
  const shortest = String(value);
  return shortest === literal || exactDecimal(shortest) === exactDecimal(literal);
}

/**
 * Whether `isExactNumber` accepts the literal that JavaScript prints for this double. It accepts integers beyond
 * ±(2^53-1) only from ±1e21 on, because JavaScript prints those with an exponent.
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
