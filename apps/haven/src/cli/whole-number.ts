import { CliError } from './cli-error.js';

/** Parses the value of an option that is a non-negative integer. */
export function wholeNumber(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new CliError(`${JSON.stringify(text)} is not a non-negative integer.`);
}
