import { Command } from 'commander';

import { beginSmallHeap } from '../heap-size.js';
import { CliError } from './cli-error.js';
import { jsonOption } from './connection-options.js';

interface ConfigFlags {
  set: string[];
  json?: true;
}

/** `haven start` */
export function startCommand(): Command {
  return configured('start', 'run Haven until Ctrl-C').action(async ({ set }: ConfigFlags) => {
    beginSmallHeap();
    const { startHaven: start } = await import('../start.js');
    await start(set);
  });
}

/** `haven migrate` */
export function migrateCommand(): Command {
  const command = configured('migrate', 'migrate the database to this version and exit').addOption(jsonOption());
  return command.action(({ set, json }: ConfigFlags) =>
    explained(async () => {
      const { composeConfig } = await import('../compose-config.js');
      const { migrateOnce } = await import('../migrate-once.js');
      const { migrated, oldIndexes } = await migrateOnce(composeConfig(set).config, (message) =>
        process.stderr.write(`${message}\n`),
      );
      if (json) return void process.stdout.write(`${JSON.stringify({ migrated })}\n`);
      const report =
        migrated.length > 0 ? migrated.map((name) => `Migrated: ${name}`) : ['The database is up to date.'];
      if (oldIndexes.dropped > 0) report.push(`Dropped ${oldIndexes.dropped} indexes of the previous version.`);
      if (oldIndexes.left > 0) report.push(OLD_INDEXES_LEFT);
      process.stdout.write(`${report.join('\n')}\n`);
    }),
  );
}

const OLD_INDEXES_LEFT =
  'Some indexes of the previous version are still needed. Run haven migrate again when all declared indexes are ready.';

/** `haven config` */
export function configCommand(): Command {
  const command = configured('config', 'show the configuration and the origin of each value').addOption(jsonOption());
  return command.action(({ set, json }: ConfigFlags) =>
    explained(async () => {
      const { configAsJson, showConfig } = await import('../show-config.js');
      process.stdout.write(json ? configAsJson(set) : showConfig(set));
    }),
  );
}

export function configured(name: string, description: string): Command {
  const collect = (value: string, before: string[]) => [...before, value];
  return new Command(name)
    .description(description)
    .option('--set <section.setting=value>', 'override a setting of files and environment; repeatable', collect, []);
}

/** Runs `work` and replaces its errors with `CliError`s, which are printed without a stack trace. */
export async function explained(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const { reasonOf } = await import('../start-error.js');
    throw new CliError(reasonOf(error), { cause: error });
  }
}
