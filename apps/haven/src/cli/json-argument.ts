import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';

import { CliError } from './cli-error.js';

/**
 * Reads a JSON text from an argument: the text itself, `@file` for the contents of a file, or `-` for standard input.
 * The text is checked here for a better error, and sent as it is, so that the server sees every digit of it.
 */
export async function jsonArgument(name: string, argument: string): Promise<string> {
  const json = await contentOf(argument);
  try {
    JSON.parse(json);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliError(`${name} is not valid JSON: ${reason}. In a shell, enclose it in single quotes.`);
  }
  return json;
}

async function contentOf(argument: string): Promise<string> {
  if (argument === '-') return text(process.stdin);
  if (!argument.startsWith('@')) return argument;
  const file = argument.slice(1);
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new CliError(`The file ${JSON.stringify(file)} cannot be read (${code}).`, { cause: error });
  }
}
