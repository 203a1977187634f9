import { Command } from 'commander';

import { connect, urlOption } from './connection-options.js';
import type { HavenClient } from './haven-client.js';
import { tableOf } from './table.js';

/** What every command of tenants and keys can be told. */
export interface AdminFlags {
  url: string;
  json?: true;
}

interface CliPage<Item> {
  items: Item[];
  nextCursor: string | null;
}

/** A command that asks a running Haven for something and shows what came. */
export function adminCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('--json', 'print what Haven answers, as JSON')
    .addOption(urlOption());
}

/** A group of commands. */
export function groupOf(name: string, description: string, commands: readonly Command[], examples: string): Command {
  const group = new Command(name).description(description).addHelpText('after', examples);
  for (const command of commands) group.addCommand(command);
  return group;
}

/** Asks for one thing. */
export async function ask<Answer>({ url }: AdminFlags, method: string, path: string, body?: object): Promise<Answer> {
  const client = connect(url);
  const sending = body && { headers: { 'content-type': 'application/json' }, body: [JSON.stringify(body)] };
  const text = await client.read(await client.send(method, path, sending));
  return (text === '' ? null : JSON.parse(text)) as Answer; // by the contract of the path
}

/** All items of a list, page by page. */
export async function askForAll<Item>(
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

/** Shows things as a table, or as the JSON they came as. */
export function show<Item>(
  flags: AdminFlags,
  answer: Item | Item[],
  row: (item: Item) => Record<string, string>,
): void {
  const items = Array.isArray(answer) ? answer : [answer];
  process.stdout.write(flags.json ? `${JSON.stringify(answer, null, 2)}\n` : tableOf(items.map(row)));
}

async function pageOf<Item>(client: HavenClient, path: string, query: Record<string, string>): Promise<CliPage<Item>> {
  const answer = await client.send('GET', `${path}?${new URLSearchParams({ ...query, limit: '100' })}`);
  return JSON.parse(await client.read(answer)) as CliPage<Item>; // the contract of lists
}
