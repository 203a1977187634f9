import type { Command } from 'commander';

import { jsonOption } from './connection-options.js';
import { configured, explained } from './server.commands.js';
import { TransferBar } from './transfer-bar.js';

interface RestoreFlags {
  set: string[];
  replace?: true;
  owner?: string;
  json?: true;
}

/** `haven backup <file>` */
export function backupCommand(): Command {
  return configured('backup', 'write a consistent snapshot of all data to a file; Haven can keep running')
    .argument('<file>')
    .addOption(jsonOption())
    .action((file: string, { set, json }: RestoreFlags) =>
      explained(async () => {
        const { composeConfig } = await import('../compose-config.js');
        const { backUp } = await import('../backup/backup.js');
        const { config } = composeConfig(set);
        const report = await withBar((progress) => backUp(config, file, progress));
        process.stdout.write(json ? `${JSON.stringify({ file, report })}\n` : `${report}\n`);
      }),
    );
}

/** `haven restore <file>` */
export function restoreCommand(): Command {
  return configured('restore', 'restore the database from a backup and verify it')
    .argument('<file>')
    .option('--replace', 'replace the Haven data that the database contains; that data is lost')
    .option('--owner <role>', 'role that will own the tables of a file of pg_dump')
    .addOption(jsonOption())
    .action((file: string, { set, replace, owner, json }: RestoreFlags) =>
      explained(async () => {
        const { composeConfig } = await import('../compose-config.js');
        const { restoreBackup: restore } = await import('../backup/restore.js');
        const { config } = composeConfig(set);
        const options = { replace: replace === true, owner };
        const { text, sound } = await withBar((progress) => restore(config, file, options, progress));
        process.stdout.write(json ? `${JSON.stringify({ file, sound, report: text })}\n` : `${text}\n`);
        if (!sound) process.exitCode = 1;
      }),
    );
}

/** Runs `work` with a progress bar, which is removed before anything else is printed. */
async function withBar<T>(work: (progress: TransferBar) => Promise<T>): Promise<T> {
  const bar = new TransferBar();
  try {
    return await work(bar);
  } finally {
    bar.end();
  }
}
