/** A text that was typed as a number: the number, or why it is none. */
export type TypedNumber = { number: number } | { problem: string };

const NUMBER = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/;

/** Reads a number. Refuses those that JSON readers would change, because they have too many digits. */
export function readNumber(text: string, isInteger: boolean): TypedNumber {
  const trimmed = text.trim();
  const number = Number(trimmed);
  if (!NUMBER.test(trimmed) || !Number.isFinite(number)) return { problem: 'Not a number, such as 12 or -0.5' };
  if (isInteger && !Number.isInteger(number)) return { problem: 'Must be a whole number' };
  if (!isExact(trimmed, number)) return { problem: `Too many digits: it would be stored as ${number}` };
  return { number };
}

/** Whether a number has the same digits as the text from which it was read. */
export function isExact(text: string, number = Number(text)): boolean {
  return digitsOf(text) === digitsOf(String(number));
}

/** Returns the digits without the zeros at both ends, and without the exponent. */
function digitsOf(text: string): string {
  const mantissa = text.replace(/^-/, '').replace(/e.*$/i, '').replace('.', '');
  return mantissa.replace(/^0+/, '').replace(/0+$/, '');
}
