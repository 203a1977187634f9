import { Command } from 'commander';
import type { CollectionSettings, TypesFlags } from 'haven-records/types-command';

import { requestAll } from './admin.js';
import { CliError } from './cli-error.js';
import { urlOption } from './connection-options.js';

/** `haven types`, which is also a command of the package haven-records. */
export function typesCommand(): Command {
  return new Command('types')
    .description('write the TypeScript types of the collections, for the client haven-records')
    .addOption(urlOption())
    .option('--out <file>', 'file to write; by default, the types are printed')
    .option('--check', 'write nothing, and fail if the file differs; for CI')
    .action(types);
}

async function types(flags: TypesFlags & { url?: string }): Promise<void> {
  const { writeTypes } = await import('haven-records/types-command'); // only this command needs its compiler
  const collections = await requestAll<CollectionSettings>(flags, 'collections');
  const problem = await writeTypes(collections, flags, 'haven types');
  if (problem !== undefined) throw new CliError(problem);
}
