/** A text that was typed as a number: the number, or why it is none. `isInexact`: it is one that cannot be stored. */
export type TypedNumber = { number: number } | { problem: string; isInexact?: true };

const NUMBER = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/;

/** Reads a number. Refuses those that the server refuses, because their value would change. */
export function readNumber(text: string, isInteger: boolean): TypedNumber {
  const trimmed = text.trim();
  const number = Number(trimmed);
  if (!NUMBER.test(trimmed)) return { problem: 'Not a number, such as 12 or -0.5' };
  if (isInteger && !Number.isInteger(number) && Number.isFinite(number)) return { problem: 'Must be a whole number' };
  if (!isExact(trimmed, number)) return { problem: `Cannot be stored: ${inexactReason(number)}.`, isInexact: true };
  return { number };
}

/** Says why a number cannot be stored, given the one as which JavaScript reads it. */
export function inexactReason(number: number): string {
  if (!Number.isFinite(number)) return `the greatest number is ${Number.MAX_VALUE}`;
  return `it has too many digits and would become ${number}`;
}

/** Whether a number has the same digits as the text from which it was read. */
export function isExact(text: string, number = Number(text)): boolean {
  return text === String(number) || digitsOf(text) === digitsOf(String(number));
}

/** Returns the digits without the zeros at both ends, and without the exponent. */
function digitsOf(text: string): string {
  const mantissa = text.replace(/^-/, '').replace(/e.*$/i, '').replace('.', '');
  return mantissa.replace(/^0+/, '').replace(/0+$/, '');
}
