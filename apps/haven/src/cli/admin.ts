import { Command } from 'commander';

import { connect, urlOption } from './connection-options.js';
import type { HavenClient } from './haven-client.js';
import { tableOf } from './table.js';

/** Options of every command that calls the API. */
export interface AdminFlags {
  url: string;
  json?: true;
}

interface CliPage<Item> {
  items: Item[];
  nextCursor: string | null;
}

/** Creates a command that calls the API of a running Haven server and prints the result. */
export function adminCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('--json', 'print the response as JSON')
    .addOption(urlOption());
}

/** Creates a command with subcommands. */
export function groupOf(name: string, description: string, commands: readonly Command[], examples: string): Command {
  const group = new Command(name).description(description).addHelpText('after', examples);
  for (const command of commands) group.addCommand(command);
  return group;
}

/** Sends one request and returns its result. */
export async function request<Result>(
  { url }: AdminFlags,
  method: string,
  path: string,
  body?: object,
): Promise<Result> {
  const client = connect(url);
  const options = body && { headers: { 'content-type': 'application/json' }, body: [JSON.stringify(body)] };
  const text = await client.read(await client.send(method, path, options));
  return (text === '' ? null : JSON.parse(text)) as Result; // the API declares this type for the path
}

/** Returns all items of a list, requested page by page. */
export async function requestAll<Item>(
  { url }: AdminFlags,
  path: string,
  query: Record<string, string> = {},
): Promise<Item[]> {
  const client = connect(url);
  const items: Item[] = [];
  let after: string | null | undefined;
  do {
    const page = await pageOf<Item>(client, path, { ...query, ...(after && { after }) });
    items.push(...page.items);
    after = page.nextCursor;
  } while (after);
  return items;
}

/** Prints a result as a table, or with `--json` as it was received. */
export function show<Item>(
  flags: AdminFlags,
  result: Item | Item[],
  row: (item: Item) => Record<string, string>,
): void {
  const items = Array.isArray(result) ? result : [result];
  process.stdout.write(flags.json ? `${JSON.stringify(result, null, 2)}\n` : tableOf(items.map(row)));
}

async function pageOf<Item>(client: HavenClient, path: string, query: Record<string, string>): Promise<CliPage<Item>> {
  const response = await client.send('GET', `${path}?${new URLSearchParams({ ...query, limit: '100' })}`);
  return JSON.parse(await client.read(response)) as CliPage<Item>; // the API returns all lists in this form
}
