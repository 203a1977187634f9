/** Number of bits of a double's significand. */
const PRECISION = 53;
/** Exponent of the least bit of the least double. */
const LEAST_EXPONENT = -1074;

/** Divides a decimal by a whole number, exactly, and rounds the quotient to the nearest double. */
export function averageOf(decimal: string, count: number): number {
  const [whole = '', fraction = ''] = decimal.replace('-', '').split('.');
  const size = roundQuotient(BigInt(whole + fraction), BigInt(count) * 10n ** BigInt(fraction.length));
  return (decimal.startsWith('-') ? -size : size) + 0; // there is no negative zero
}

/** Returns the double that is nearest to a quotient; of two that are equally near, the one whose last bit is 0. */
function roundQuotient(dividend: bigint, divisor: bigint): number {
  if (dividend === 0n) return 0;
  // The quotient is at least 2 ** (exponent + PRECISION - 1), so it has enough bits before the point.
  const exponent = Math.max(LEAST_EXPONENT, bitLength(dividend) - bitLength(divisor) - PRECISION);
  const [numerator, denominator] =
    exponent < 0 ? [dividend << BigInt(-exponent), divisor] : [dividend, divisor << BigInt(exponent)];
  return scaled(numerator, denominator, exponent);
}

/** Rounds a quotient that has 53 or 54 bits before the point, or fewer if it is subnormal, and scales it. */
function scaled(numerator: bigint, denominator: bigint, exponent: number): number {
  const quotient = numerator / denominator;
  if (quotient >> BigInt(PRECISION) > 0n) return scaled(numerator, denominator << 1n, exponent + 1);
  const twice = 2n * (numerator - quotient * denominator);
  const isUp = twice > denominator || (twice === denominator && quotient % 2n === 1n);
  return timesPowerOfTwo(Number(isUp ? quotient + 1n : quotient), exponent);
}

/** Multiplies in two steps, because 2 ** exponent may be no double. Both steps are exact. */
function timesPowerOfTwo(value: number, exponent: number): number {
  const half = Math.trunc(exponent / 2);
  return value * 2 ** half * 2 ** (exponent - half);
}

function bitLength(value: bigint): number {
  const text = value.toString(16);
  return 4 * text.length - Math.clz32(parseInt(text.charAt(0), 16)) + 28;
}
