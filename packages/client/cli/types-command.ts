import { readFile, writeFile } from 'node:fs/promises';

import { schemaTypes } from './schema-types.js';
import type { CollectionSettings } from './schema-types.js';

export type { CollectionSettings };

/** Options of the command. */
export interface TypesFlags {
  /** File to write; by default, the types are printed. */
  out?: string | undefined;
  /** Writes nothing, and fails if the file differs. */
  check?: boolean | undefined;
}

/**
 * Writes the types of the collections. Returns a sentence that says what is wrong, if something is. `command` is how
 * the user can call this again.
 */
export async function writeTypes(
  collections: readonly CollectionSettings[],
  { out, check }: TypesFlags,
  command: string,
): Promise<string | undefined> {
  if (check && out === undefined) return '--check needs the file to compare, with --out.';
  const { text, warnings } = await schemaTypes(collections);
  for (const warning of warnings) process.stderr.write(`${warning}\n`);
  if (out === undefined) {
    process.stdout.write(text);
    return undefined;
  }
  const isCurrent = (await readFile(out, 'utf8').catch(() => undefined)) === text;
  if (isCurrent) return undefined;
  if (check) return `${out} is out of date. Run ${command} without --check to write it.`;
  await writeFile(out, text);
  return undefined;
}
