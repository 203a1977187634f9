import type { Command } from 'commander';

import { configured, explained } from './server.commands.js';

interface RestoreFlags {
  set: string[];
  replace?: true;
  owner?: string;
}

/** `haven backup <file>` */
export function backupCommand(): Command {
  return configured('backup', 'write all data into a file, as of one moment, while Haven serves; needs pg_dump')
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
  return configured('restore', 'make the database what it was when it was backed up, and check it; needs pg_restore')
    .argument('<file>')
    .option('--replace', 'over the Haven that is in the database; what is there is lost')
    .option('--owner <role>', 'who is to own the tables, instead of the role that did')
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
