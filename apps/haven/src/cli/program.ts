import { Command } from 'commander';

import { project } from '../project-root.js';
import { backupCommand, restoreCommand } from './backup.commands.js';
import { CliError } from './cli-error.js';
import { exportCommand } from './export.command.js';
import { importCommand } from './import.command.js';
import { jsonCommand } from './json.command.js';
import { keysCommand } from './keys.commands.js';
import { rebuildCommand, verifyCommand } from './log.commands.js';
import { configCommand, migrateCommand, startCommand } from './server.commands.js';
import { tenantsCommand } from './tenants.commands.js';
import { webhooksCommand } from './webhooks.commands.js';

const EXAMPLES = `
Examples:
  haven start --set server.port=9000     run Haven, here on port 9000
  haven import movies movies.json        import a file into the collection "movies"
  haven export movies > movies.ndjson    export the collection to a file
  haven tenants create Acme              create a tenant; requires an operator key
  haven keys list                        list the API keys of your tenant
  haven webhooks create https://…        send changes to a URL
  haven verify --audit                   verify that rows, events and seals agree
  haven backup haven.backup              write all data to a file
  haven config                           show the configuration and the origin of each value

Environment:
  HAVEN_ENV    local (the default), test or production
  HAVEN_URL    URL of the server for import, export, tenants, keys and webhooks (http://127.0.0.1:8080)
  HAVEN_KEY    API key that these commands send
`;

/** Runs the command in the arguments of this process. */
export async function runProgram(): Promise<void> {
  try {
    await program().parseAsync();
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

/** Defines the command line `haven`. Code of the server is loaded only by commands that need it. */
function program(): Command {
  return new Command('haven')
    .description('A record store with a REST and a GraphQL API on PostgreSQL.')
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
    .addCommand(jsonCommand())
    .addHelpText('after', EXAMPLES)
    .showHelpAfterError('(haven --help lists all commands and options)');
}
