const ZERO = 0x30;

/**
 * Whether a number literal, in the grammar of JSON or GraphQL, has the same decimal value as the text that JavaScript
 * prints for the double that it is read as. JavaScript prints the shortest decimal that reads as the same double, so
 * 0.1 and 1e20 are exact, and 9007199254740993 is not, because it would be printed as 9007199254740992.
 */
export function isExactNumber(literal: string): boolean {
  const value = Number(literal);
  if (!Number.isFinite(value)) return false;
  const size = Math.abs(value);
  // Literals of up to 15 digits are exact unless the value is near the limits of doubles. This avoids most comparisons.
  if (literal.length <= 15 && size > 1e-290 && size < 1e290) return true;
  const shortest = String(value);
  return shortest === literal || exactDecimal(shortest) === exactDecimal(literal);
}

/** Returns why a number literal cannot be stored, as a clause about the value. */
export function inexactNumberReason(literal: string): string {
  const value = Number(literal);
  if (!Number.isFinite(value)) return `is a number beyond the range of a double, ±${Number.MAX_VALUE}; ${AS_STRING}`;
  return `is a number that would become ${value}, because numbers are stored as doubles; ${AS_STRING}`;
}

const AS_STRING = 'send it as a string';

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
