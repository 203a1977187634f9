import { Command } from 'commander';

import { describeConfig, loadConfig, migrate } from '@haven/platform';

import { openDatabase } from '../database.js';
import { migrations } from '../migrations/index.js';
import { configDir } from '../project-root.js';
import { run } from '../run.js';

interface Options {
  set: string[];
}

/** `start`, `migrate` and `config`: what runs here, with the configuration of this machine. */
export function serverCommands(): Command[] {
  return [
    configured('start', 'Start Haven; with no DATABASE_URL, on an embedded PostgreSQL.').action(async ({ set }: Options) =>
      run(loadConfig({ configDir, set }).config),
    ),
    configured('migrate', 'Bring the database up to date and leave.').action(async ({ set }: Options) => {
      const database = await openDatabase(loadConfig({ configDir, set }).config);
      try {
        const done = await migrate(database.address, migrations);
        process.stdout.write(done.length === 0 ? 'Nothing to do.\n' : `Ran ${done.join(', ')}.\n`);
      } finally {
        await database.stop();
      }
    }),
    configured('config', 'Print the configuration, and where each value comes from.').action(({ set }: Options) => {
      process.stdout.write(`${describeConfig(loadConfig({ configDir, set }))}\n`);
    }),
  ];
}

function configured(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('--set <setting=value>', 'change a setting, such as server.port=9090; may be repeated', collect, []);
}

function collect(value: string, earlier: string[]): string[] {
  return [...earlier, value];
}
