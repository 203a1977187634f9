import { Command } from 'commander';

import { CliError } from './cli-error.js';

interface ConfigFlags {
  set: string[];
}

/** `haven start` */
export function startCommand(): Command {
  return configured('start', 'run Haven until Ctrl-C').action(async ({ set }: ConfigFlags) => {
    const { startHaven: start } = await import('../start.js');
    await start(set);
  });
}

/** `haven migrate` */
export function migrateCommand(): Command {
  return configured('migrate', 'migrate the database to this version and exit').action(({ set }: ConfigFlags) =>
    explained(async () => {
      const { composeConfig } = await import('../compose-config.js');
      const { migrateOnce } = await import('../migrate-once.js');
      const done = await migrateOnce(composeConfig(set).config, (message) => process.stderr.write(`${message}\n`));
      const report = done.length > 0 ? done.map((name) => `Migrated: ${name}`) : ['The database is up to date.'];
      process.stdout.write(`${report.join('\n')}\n`);
    }),
  );
}

/** `haven config` */
export function configCommand(): Command {
  return configured('config', 'show the configuration and the origin of each value').action(({ set }: ConfigFlags) =>
    explained(async () => {
      const { showConfig } = await import('../show-config.js');
      process.stdout.write(showConfig(set));
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
