import { Command } from 'commander';

import { project } from '../project-root.js';
import { backupCommand, restoreCommand } from './backup.commands.js';
import { CliError } from './cli-error.js';
import { exportCommand } from './export.command.js';
import { importCommand } from './import.command.js';
import { keysCommand } from './keys.commands.js';
import { rebuildCommand, verifyCommand } from './log.commands.js';
import { configCommand, migrateCommand, startCommand } from './server.commands.js';
import { tenantsCommand } from './tenants.commands.js';
import { webhooksCommand } from './webhooks.commands.js';

const EXAMPLES = `
Examples:
  haven start --set server.port=9000     run Haven, here on port 9000
  haven import movies movies.json        write a file into the collection "movies"
  haven export movies > movies.ndjson    read it back
  haven tenants create Acme              make a tenant; needs a key for operators
  haven keys list                        show the API keys of your tenant
  haven webhooks create https://…        send changes to an address
  haven verify --audit                   prove that rows, events and seals agree
  haven backup haven.backup              write all data into a file
  haven config                           show the configuration, and where each value came from

Environment:
  HAVEN_ENV    local (the default), test or production
  HAVEN_URL    where import, export, tenants, keys and webhooks find Haven (http://127.0.0.1:8080)
  HAVEN_KEY    the API key they send
`;

/** Runs the command that the arguments of this process name. */
export async function runProgram(): Promise<void> {
  try {
    await program().parseAsync();
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

/** The command line `haven`. Loads nothing of the server until a command needs it. */
function program(): Command {
  return new Command('haven')
    .description('A record store with two faces, REST and GraphQL, on PostgreSQL.')
    .version(project.version)
    .addCommand(startCommand())
    .addCommand(migrateCommand())
    .addCommand(configCommand())
    .addCommand(verifyCommand())
    .addCommand(rebuildCommand())
    .addCommand(backupCommand())
    .addCommand(restoreCommand())
    .addCommand(importCommand())
    .addCommand(exportCommand())
    .addCommand(tenantsCommand())
    .addCommand(keysCommand())
    .addCommand(webhooksCommand())
    .addHelpText('after', EXAMPLES)
    .showHelpAfterError('(haven --help shows what there is)');
}
