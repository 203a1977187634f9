/**
 * Whether a number is a multiple of another in decimal arithmetic. 19.99 is a multiple of 0.01, although the division
 * of the doubles leaves a remainder.
 */
export function isMultipleOf(value: number, divisor: number): boolean {
  if (Number.isInteger(value) && Number.isInteger(divisor)) return value % divisor === 0;
  const dividend = decimal(value);
  const unit = decimal(divisor);
  const exponent = Math.min(dividend.exponent, unit.exponent);
  return scaled(dividend, exponent) % scaled(unit, exponent) === 0n;
}

/** Compares two number literals by their decimal values in linear time. The result is positive if `left` is larger. */
export function compareDecimals(left: string, right: string): number {
  const [one, other] = [sizeOf(left), sizeOf(right)];
  if (one.sign !== other.sign) return one.sign - other.sign;
  if (one.magnitude !== other.magnitude) return one.sign * Math.sign(one.magnitude - other.magnitude);
  if (one.digits === other.digits) return 0;
  return one.digits > other.digits ? one.sign : -one.sign;
}

/** A decimal as `sign × 0.digits × 10^magnitude`, where the digits neither begin nor end with 0. */
function sizeOf(literal: string): { sign: number; digits: string; magnitude: number } {
  const [mantissa = '', power = '0'] = literal.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.');
  const all = whole + fraction;
  const significant = all.replace(/^0+/, '');
  if (significant === '') return { sign: 0, digits: '', magnitude: 0 };
  const magnitude = Number(power) + whole.length - (all.length - significant.length);
  return { sign: literal.startsWith('-') ? -1 : 1, digits: withoutTrailingZeros(significant), magnitude };
}

function withoutTrailingZeros(digits: string): string {
  let end = digits.length;
  while (digits.endsWith('0', end)) end--;
  return digits.slice(0, end);
}

interface Decimal {
  digits: bigint;
  exponent: number;
}

function decimal(value: number): Decimal {
  const [mantissa = '', power = '0'] = value.toString().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  return { digits: BigInt(whole + fraction), exponent: Number(power) - fraction.length };
}

function scaled({ digits, exponent }: Decimal, to: number): bigint {
  return digits * 10n ** BigInt(exponent - to);
}
