import { Command } from 'commander';

import { connect, jsonOption, urlOption } from './connection-options.js';
import type { HavenClient, RequestOptions } from './haven-client.js';
import { tableOf } from './table.js';

/** Options of every command that calls the API. */
export interface AdminFlags {
  url?: string;
  json?: true;
}

/** Number of items of a page. */
const PAGE_SIZE = 100;

/** A page of a list in the API. */
export interface CliPage<Item> {
  items: Item[];
  nextCursor: string | null;
  /** Whether more records match a search than are ranked. */
  truncated?: boolean;
}

/** Creates a command that calls the API of a running Haven server and prints the result. */
export function adminCommand(name: string, description: string): Command {
  return new Command(name).description(description).addOption(jsonOption()).addOption(urlOption());
}

/** Creates a command with subcommands. */
export function groupOf(name: string, description: string, commands: readonly Command[], examples: string): Command {
  const group = new Command(name).description(description).addHelpText('after', examples);
  for (const command of commands) group.addCommand(command);
  return group;
}

/** A JSON text that is sent as it is, with further headers. */
export class JsonText {
  constructor(
    readonly json: string,
    readonly headers: Record<string, string> = {},
  ) {}
}

/** Sends one request and returns its result. */
export async function request<Result>(
  { url }: AdminFlags,
  method: string,
  path: string,
  body?: object,
): Promise<Result> {
  const client = connect(url);
  const text = await client.read(await client.send(method, path, optionsOf(body)));
  return (text === '' ? null : JSON.parse(text)) as Result; // the API declares this type for the path
}

/** Returns all items of a list, or the first ones, requested page by page. */
export async function requestAll<Item>(
  flags: AdminFlags,
  path: string,
  query: Record<string, string> = {},
  most = Infinity,
): Promise<Item[]> {
  const items: Item[] = [];
  for await (const page of requestPages<Item>(flags, path, query, most)) items.push(...page.items);
  return items;
}

/** Requests a list page by page, at most its first items. */
export async function* requestPages<Item>(
  { url }: AdminFlags,
  path: string,
  query: Record<string, string> = {},
  most = Infinity,
): AsyncGenerator<CliPage<Item>> {
  const client = connect(url);
  let count = 0;
  let after: string | null | undefined;
  do {
    const limit = String(Math.min(PAGE_SIZE, most - count));
    const page = await pageOf<Item>(client, path, { ...query, limit, ...(after && { after }) });
    yield page;
    count += page.items.length;
    after = page.nextCursor;
  } while (after && count < most);
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

/** Prints that a command without a result has succeeded. */
export function done(flags: AdminFlags, result: object, sentence: string): void {
  process.stdout.write(flags.json ? `${JSON.stringify(result)}\n` : `${sentence}\n`);
}

function optionsOf(body: object | undefined): RequestOptions {
  if (!body) return {};
  const { json, headers } = body instanceof JsonText ? body : new JsonText(JSON.stringify(body));
  return {
    headers: { ...(json !== '' && { 'content-type': 'application/json' }), ...headers },
    body: json === '' ? [] : [json],
  };
}

async function pageOf<Item>(client: HavenClient, path: string, query: Record<string, string>): Promise<CliPage<Item>> {
  const response = await client.send('GET', `${path}?${new URLSearchParams(query)}`);
  return JSON.parse(await client.read(response)) as CliPage<Item>; // the API returns all lists in this form
}
