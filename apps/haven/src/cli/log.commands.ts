import type { Command } from 'commander';

import { configured, explained } from './server.commands.js';

interface VerifyFlags {
  set: string[];
  tenant?: string;
  audit?: true;
  checkpoints?: string;
}

/** `haven verify` */
export function verifyCommand(): Command {
  return configured('verify', 'compare the records with their events; ends with 1 at the first difference')
    .option('--tenant <id>', 'of one tenant alone')
    .option('--audit', 'check the seals of the events and the checkpoints too')
    .option(
      '--checkpoints <file>',
      'checkpoints that were exported as JSON, to be found in the database; means --audit',
    )
    .action((flags: VerifyFlags) =>
      explained(async () => {
        const { composeConfig } = await import('../compose-config.js');
        const { verify } = await import('../verify.js');
        const { readCheckpoints } = await import('../exported-checkpoints.js');
        const exported = flags.checkpoints === undefined ? [] : await readCheckpoints(flags.checkpoints);
        const audit = flags.audit === true || flags.checkpoints !== undefined;
        const { config } = composeConfig(flags.set);
        const { text, sound } = await verify(config, { tenant: flags.tenant, audit, exported });
        process.stdout.write(`${text}\n`);
        if (!sound) process.exitCode = 1;
      }),
    );
}

/** `haven rebuild` */
export function rebuildCommand(): Command {
  return configured(
    'rebuild',
    'make the records from their events, while Haven serves; goes on where it was interrupted',
  ).action(({ set }: VerifyFlags) =>
    explained(async () => {
      const { composeConfig } = await import('../compose-config.js');
      const { rebuild } = await import('../rebuild.js');
      for await (const line of rebuild(composeConfig(set).config)) process.stdout.write(`${line}\n`);
    }),
  );
}
