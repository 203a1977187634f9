import type { Command } from 'commander';

import { adminCommand, done, groupOf, JsonText, request, requestAll, show } from './admin.js';
import type { AdminFlags } from './admin.js';
import { CliError } from './cli-error.js';
import { jsonArgument } from './json-argument.js';

interface Collection {
  name: string;
  schema: object | null;
  indexes: unknown[];
  revision: number;
  updatedAt: string;
}

interface SettingsFlags extends AdminFlags {
  schema?: string;
  settings?: string;
}

const EXAMPLES = `
Examples:
  haven collections list
  haven collections create movies --schema @movie.schema.json
  haven collections update movies --settings '{"requirePrecondition":true}'
  haven collections delete movies --cascade
`;

/** `haven collections …` */
export function collectionsCommand(): Command {
  return groupOf(
    'collections',
    'create, list, change and delete collections',
    [
      adminCommand('list', 'list the collections').action(list),
      adminCommand('get', 'print a collection with all its settings')
        .argument('<collection>')
        .action(async (name: string, flags: AdminFlags) => {
          const collection = await request<Collection>(flags, 'GET', collectionPath(name));
          process.stdout.write(`${JSON.stringify(collection, null, 2)}\n`);
        }),
      withSettings(adminCommand('create', 'create a collection').argument('<collection>')).action(create),
      withSettings(adminCommand('update', 'change settings of a collection').argument('<collection>')).action(update),
      adminCommand('delete', 'delete a collection')
        .argument('<collection>')
        .option('--cascade', 'also delete all its records')
        .action(remove),
    ],
    EXAMPLES,
  );
}

export function collectionPath(name: string): string {
  return `collections/${encodeURIComponent(name)}`;
}

function withSettings(command: Command): Command {
  return command
    .option('--schema <json>', 'JSON Schema of its documents: JSON, @file, or - for standard input')
    .option('--settings <json>', 'all settings as JSON, as in the API');
}

async function list(flags: AdminFlags): Promise<void> {
  show(flags, await requestAll<Collection>(flags, 'collections'), row);
}

async function create(name: string, flags: SettingsFlags): Promise<void> {
  const settings = await settingsOf(flags);
  show(
    flags,
    await request<Collection>(flags, 'POST', 'collections', new JsonText(withMember(settings, 'name', name))),
    row,
  );
}

async function update(name: string, flags: SettingsFlags): Promise<void> {
  const settings = await settingsOf(flags);
  if (settings === '{}') throw new CliError('Use --schema, --settings or both.');
  const headers = { 'content-type': 'application/merge-patch+json' };
  show(flags, await request<Collection>(flags, 'PATCH', collectionPath(name), new JsonText(settings, headers)), row);
}

async function remove(name: string, flags: AdminFlags & { cascade?: true }): Promise<void> {
  await request(flags, 'DELETE', `${collectionPath(name)}${flags.cascade ? '?cascade=true' : ''}`);
  done(flags, { deleted: name }, `The collection ${name} is deleted.`);
}

/** Returns the settings as a JSON text. */
async function settingsOf({ schema, settings }: SettingsFlags): Promise<string> {
  const all = settings === undefined ? '{}' : (await jsonArgument('--settings', settings)).trim();
  if (!all.startsWith('{')) throw new CliError('--settings must be a JSON object.');
  if (schema === undefined) return all;
  const text = await jsonArgument('--schema', schema);
  return all === '{}' ? `{"schema":${text}}` : `${all.slice(0, -1)},"schema":${text}}`;
}

function withMember(object: string, name: string, value: string): string {
  const member = `${JSON.stringify(name)}:${JSON.stringify(value)}`;
  return /^\{\s*\}$/.test(object) ? `{${member}}` : `{${member},${object.slice(1)}`;
}

function row({ name, schema, indexes, revision, updatedAt }: Collection): Record<string, string> {
  return {
    name,
    schema: schema === null ? 'any object' : 'yes',
    indexes: String(indexes.length),
    revision: String(revision),
    updated: updatedAt,
  };
}
