const ZERO = 0x30;

/**
 * Whether a number literal (JSON's grammar, which is GraphQL's too) comes back as the same decimal value: it equals the
 * shortest decimal that reads as the same double. Integers beyond ±(2^53-1) never do, except in a form with an exponent
 * from 1e21 on: below that JavaScript writes them as plain integers, which look as if they had been rounded.
 */
export function isExactNumber(literal: string): boolean {
  const value = Number(literal);
  const size = Math.abs(value);
  if (!isExactlyStorable(value) || (size > Number.MAX_SAFE_INTEGER && !/[.eE]/.test(literal))) return false;
  // Fifteen digits always survive, away from where doubles end; that spares most literals the comparison.
  if (literal.length <= 15 && size > 1e-290 && size < 1e290) return true;
  const shortest = String(value);
  return shortest === literal || exactDecimal(shortest) === exactDecimal(literal);
}

/** From 1e21 on JavaScript writes integers with an exponent, so they are read again as what they are. */
export function isExactlyStorable(value: number): boolean {
  return (
    Number.isSafeInteger(value) || (Number.isFinite(value) && (!Number.isInteger(value) || Math.abs(value) >= 1e21))
  );
}

/** The decimal value of a literal in one spelling: digits without zeros around them, and a power of ten. */
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
