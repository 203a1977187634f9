import type { Command } from 'commander';

import { jsonOption } from './connection-options.js';
import { configured, explained } from './server.commands.js';

interface VerifyFlags {
  set: string[];
  tenant?: string;
  audit?: true;
  checkpoints?: string;
  json?: true;
}

/** `haven verify` */
export function verifyCommand(): Command {
  return configured('verify', 'compare the records with their events; exits with 1 at the first difference')
    .option('--tenant <id>', 'only this tenant')
    .option('--audit', 'also verify the seals of the events and the checkpoints')
    .option('--checkpoints <file>', 'compare with checkpoints that were exported as JSON; implies --audit')
    .addOption(jsonOption())
    .action((flags: VerifyFlags) =>
      explained(async () => {
        const { composeConfig } = await import('../compose-config.js');
        const { verify } = await import('../verify.js');
        const { readCheckpoints } = await import('../exported-checkpoints.js');
        const exported = flags.checkpoints === undefined ? [] : await readCheckpoints(flags.checkpoints);
        const audit = flags.audit === true || flags.checkpoints !== undefined;
        const { config } = composeConfig(flags.set);
        const { text, sound } = await verify(config, { tenant: flags.tenant, audit, exported });
        process.stdout.write(flags.json ? `${JSON.stringify({ sound, report: text })}\n` : `${text}\n`);
        if (!sound) process.exitCode = 1;
      }),
    );
}

/** `haven rebuild` */
export function rebuildCommand(): Command {
  const command = configured(
    'rebuild',
    'rebuild the records from their events; Haven can keep running; continues an interrupted rebuild',
  ).addOption(jsonOption());
  return command.action(({ set, json }: VerifyFlags) =>
    explained(async () => {
      const { composeConfig } = await import('../compose-config.js');
      const { rebuild } = await import('../rebuild.js');
      for await (const line of rebuild(composeConfig(set).config)) {
        process.stdout.write(`${json ? JSON.stringify({ message: line }) : line}\n`);
      }
    }),
  );
}
