import { Command } from 'commander';

import { project } from '../project-root.js';
import { aggregateCommand } from './aggregate.command.js';
import { backupCommand, restoreCommand } from './backup.commands.js';
import { CliError } from './cli-error.js';
import { collectionsCommand } from './collections.commands.js';
import { completionCommand } from './completion.command.js';
import { exportCommand } from './export.command.js';
import { importCommand } from './import.command.js';
import { jsonCommand } from './json.command.js';
import { keysCommand } from './keys.commands.js';
import { rebuildCommand, verifyCommand } from './log.commands.js';
import { openCommand } from './open.command.js';
import { recordsCommand } from './records.commands.js';
import { searchCommand } from './search.command.js';
import { configCommand, migrateCommand, startCommand } from './server.commands.js';
import { statsCommand } from './stats.command.js';
import { tailCommand } from './tail.command.js';
import { tenantsCommand } from './tenants.commands.js';
import { typesCommand } from './types.command.js';
import { webhooksCommand } from './webhooks.commands.js';

const EXAMPLES = `
Examples:
  haven start --set server.port=9000     run Haven, here on port 9000
  haven import movies movies.json        import a file into the collection "movies"
  haven records query movies --limit 5   list records
  haven search movies 'dune -film'       find records by words in their text
  haven aggregate movies                 count records, also by groups, and compute sums and means
  haven tail movies                      print changes as they happen
  haven export movies > movies.ndjson    export the collection to a file
  haven types --out schema.ts            write the TypeScript types of the collections
  haven tenants create Acme              create a tenant; requires an operator key
  haven keys list                        list the API keys of your tenant
  haven webhooks create https://…        send changes to a URL
  haven stats                            show sizes, requests and errors of the last hour
  haven verify --audit                   verify that rows, events and seals agree
  haven backup haven.backup              write all data to a file
  haven config                           show the configuration and the origin of each value

Environment:
  HAVEN_ENV    local (the default), test or production
  HAVEN_URL    URL of the server for commands that call the API; defaults to a server that was started in the same
               directory, and otherwise to http://127.0.0.1:8080
  HAVEN_KEY    API key that these commands send
  NO_COLOR     any value turns colours off, which are used only on a terminal
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
export function program(): Command {
  const root: Command = new Command('haven')
    .description('A record store with a REST and a GraphQL API on PostgreSQL.')
    .version(project.version)
    .commandsGroup('Data:')
    .addCommand(collectionsCommand())
    .addCommand(recordsCommand())
    .addCommand(searchCommand())
    .addCommand(aggregateCommand())
    .addCommand(importCommand())
    .addCommand(exportCommand())
    .addCommand(tailCommand())
    .addCommand(typesCommand())
    .commandsGroup('Administration:')
    .addCommand(tenantsCommand())
    .addCommand(keysCommand())
    .addCommand(webhooksCommand())
    .addCommand(statsCommand())
    .commandsGroup('Server:')
    .addCommand(startCommand())
    .addCommand(openCommand())
    .addCommand(configCommand())
    .addCommand(migrateCommand())
    .addCommand(verifyCommand())
    .addCommand(rebuildCommand())
    .addCommand(backupCommand())
    .addCommand(restoreCommand())
    .addCommand(jsonCommand())
    .commandsGroup('Shell:')
    .addCommand(completionCommand(() => root))
    .helpCommand('help [command]', 'print the help of a command')
    .addHelpText('after', EXAMPLES)
    .showHelpAfterError('(haven --help lists all commands and options)');
  return root;
}
