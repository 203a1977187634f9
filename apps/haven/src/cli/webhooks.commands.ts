import { Option } from 'commander';
import type { Command } from 'commander';

import { adminCommand, ask, askForAll, groupOf, show } from './admin.js';
import type { AdminFlags } from './admin.js';
import { CliError } from './cli-error.js';
import {
  deliveriesCommand,
  deliveryPath,
  redeliverCommand,
  replayCommand,
  testCommand,
} from './deliveries.commands.js';
import { tableOf } from './table.js';
import { wholeNumber } from './whole-number.js';

interface Webhook {
  id: string;
  url: string;
  collections: string[] | null;
  types: string[] | null;
  state: string;
  problem: string | null;
  publicKey: string | null;
}

interface IssuedWebhook extends Webhook {
  secret: string;
}

interface Status {
  lag: number;
  pending: number;
  dead: number;
  failingSince: string | null;
  pausedUntil: string | null;
}

interface CreateFlags extends AdminFlags {
  collection?: string[];
  type?: string[];
  filter?: string;
  payload?: string;
  order?: string;
  rate?: number;
  header?: string[];
  scheme?: string;
  after?: string;
  description?: string;
}

const EXAMPLES = `
What create and rotate print on standard output is the secret alone, this once.

Examples:
  haven webhooks create https://example.com/haven --collection orders --type record.created
  haven webhooks create https://example.com/haven --filter '{"total":{"_gte":100}}' --header 'x-api-key: 4711'
  haven webhooks deliveries 019ab6c5-6c43-7cd1-8a83-9f4f5b1f2d11 --state dead
  haven webhooks replay 019ab6c5-6c43-7cd1-8a83-9f4f5b1f2d11 --dead
`;

/** `haven webhooks …` */
export function webhooksCommand(): Command {
  const commands = [
    createCommand(),
    adminCommand('list', 'list the webhooks, oldest first').action(list),
    adminCommand('show', 'show a webhook and how it is doing').argument('<id>').action(showOne),
    pausing('pause', 'send nothing until it is resumed; nothing is lost', true),
    pausing('resume', 'go on where it stopped, also when Haven has disabled it', false),
    adminCommand('rotate', 'give a webhook another secret')
      .argument('<id>')
      .option('--overlap <seconds>', 'how long the secret before signs as well; a day if left out', wholeNumber)
      .action(rotate),
    testCommand(),
    deliveriesCommand(),
    redeliverCommand(),
    replayCommand(),
    adminCommand('delete', 'delete a webhook and its log')
      .argument('<id>')
      .option('--yes', 'it can not be undone')
      .action(remove),
  ];
  return groupOf('webhooks', 'make webhooks, see what became of deliveries, send again', commands, EXAMPLES);
}

function createCommand(): Command {
  return adminCommand('create', 'make a webhook')
    .argument('<address>', 'where to send')
    .option('--collection <name...>', 'only changes of these collections; else of all')
    .option('--type <type...>', 'only changes of these types, such as record.created; else all')
    .option('--filter <json>', 'only changes of records that match, or did before')
    .addOption(new Option('--payload <what>', 'the record whole, or its id and version').choices(['full', 'thin']))
    .addOption(new Option('--order <order>', 'the order that is kept').choices(['perRecord', 'none']))
    .option('--rate <number>', 'deliveries a second at most', wholeNumber)
    .option('--header <header...>', "to send along, such as 'x-api-key: 4711'")
    .addOption(new Option('--scheme <scheme>', 'HMAC-SHA256, or ed25519').choices(['v1', 'v1a']))
    .option('--after <cursor>', 'begin behind this cursor, or with `earliest`; else from now on')
    .option('--description <text>', 'for people')
    .action(create);
}

async function create(address: string, flags: CreateFlags): Promise<void> {
  const { collection: collections, type: types, payload, order, rate, scheme, after, description } = flags;
  const settings = { collections, types, payload, order, rate, scheme, after, description };
  const body = { url: address, ...settings, filter: filterOf(flags), headers: headersOf(flags) };
  showSecret(flags, await ask<IssuedWebhook>(flags, 'POST', 'webhooks', body));
}

async function list(flags: AdminFlags): Promise<void> {
  show(flags, await askForAll<Webhook>(flags, 'webhooks'), row);
}

async function showOne(id: string, flags: AdminFlags): Promise<void> {
  const webhook = await ask<Webhook>(flags, 'GET', deliveryPath(id));
  const status = await ask<Status>(flags, 'GET', `${deliveryPath(id)}/status`);
  show(flags, { ...webhook, status }, (each) => ({ ...row(each), ...statusRow(each.status) }));
}

function pausing(name: string, description: string, paused: boolean): Command {
  return adminCommand(name, description)
    .argument('<id>')
    .action(async (id: string, flags: AdminFlags) =>
      show(flags, await ask<Webhook>(flags, 'PATCH', deliveryPath(id), { paused }), row),
    );
}

async function rotate(id: string, flags: AdminFlags & { overlap?: number }): Promise<void> {
  const body = { overlapSeconds: flags.overlap };
  showSecret(flags, await ask<IssuedWebhook>(flags, 'POST', `${deliveryPath(id)}/rotate`, body));
}

async function remove(id: string, flags: AdminFlags & { yes?: true }): Promise<void> {
  if (!flags.yes) throw new CliError('This deletes the webhook and its log and can not be undone; say --yes.');
  await ask(flags, 'DELETE', deliveryPath(id));
  if (!flags.json) process.stdout.write(`The webhook ${id} is deleted.\n`);
}

function filterOf({ filter }: CreateFlags): unknown {
  if (filter === undefined) return undefined;
  try {
    return JSON.parse(filter);
  } catch {
    throw new CliError(`${JSON.stringify(filter)} is no JSON.`);
  }
}

function headersOf({ header }: CreateFlags): Record<string, string> | undefined {
  return header && Object.fromEntries(header.map(headerOf));
}

function headerOf(header: string): [name: string, value: string] {
  const at = header.indexOf(':');
  if (at < 1) throw new CliError(`${JSON.stringify(header)} is no header, such as 'x-api-key: 4711'.`);
  return [header.slice(0, at).trim(), header.slice(at + 1).trim()];
}

/** The table is for people, and goes where it is not caught with the secret. */
function showSecret(flags: AdminFlags, issued: IssuedWebhook): void {
  if (flags.json) return show(flags, issued, () => ({}));
  const verifies = issued.publicKey === null ? '' : `Deliveries are verified with ${issued.publicKey}.\n`;
  process.stderr.write(`${tableOf([row(issued)])}\n${verifies}The secret is shown this once:\n`);
  process.stdout.write(`${issued.secret}\n`);
}

function row(webhook: Webhook): Record<string, string> {
  return {
    id: webhook.id,
    url: webhook.url,
    collections: webhook.collections?.join(' ') ?? 'all',
    types: webhook.types?.join(' ') ?? 'all',
    state: webhook.state,
    problem: webhook.problem ?? '',
  };
}

function statusRow(status: Status): Record<string, string> {
  return {
    lag: String(status.lag),
    pending: String(status.pending),
    dead: String(status.dead),
    'failing since': status.failingSince ?? '',
    'waits until': status.pausedUntil ?? '',
  };
}
