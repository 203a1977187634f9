import { CliError } from './cli-error.js';

/** An option that is a whole number. */
export function wholeNumber(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new CliError(`${JSON.stringify(text)} is no whole number.`);
}
