import type { Command } from 'commander';

import { configured, explained } from './server.commands.js';

interface RestoreFlags {
  set: string[];
  replace?: true;
  owner?: string;
}

/** `haven backup <file>` */
export function backupCommand(): Command {
  return configured(
    'backup',
    'write a consistent snapshot of all data to a file; Haven can keep running; requires pg_dump',
  )
    .argument('<file>')
    .action((file: string, { set }: RestoreFlags) =>
      explained(async () => {
        const { composeConfig } = await import('../compose-config.js');
        const { createBackup: backup } = await import('../backup/backup.js');
        process.stdout.write(`${await backup(composeConfig(set).config, file)}\n`);
      }),
    );
}

/** `haven restore <file>` */
export function restoreCommand(): Command {
  return configured('restore', 'restore the database from a backup and verify it; requires pg_restore')
    .argument('<file>')
    .option('--replace', 'replace the Haven data that the database contains; that data is lost')
    .option('--owner <role>', 'role that will own the tables; defaults to their previous owner')
    .action((file: string, { set, replace, owner }: RestoreFlags) =>
      explained(async () => {
        const { composeConfig } = await import('../compose-config.js');
        const { restoreBackup: restore } = await import('../backup/restore.js');
        const { text, sound } = await restore(composeConfig(set).config, file, { replace: replace === true, owner });
        process.stdout.write(`${text}\n`);
        if (!sound) process.exitCode = 1;
      }),
    );
}
