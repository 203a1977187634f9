import { Option } from 'commander';
import type { Command } from 'commander';

import { adminCommand, done, request, requestAll, groupOf, show } from './admin.js';
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
create and rotate print only the secret on standard output. It cannot be shown again.

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
    adminCommand('show', 'show a webhook and its status').argument('<id>').action(showOne),
    pausing('pause', 'stop sending until the webhook is resumed; no event is lost', true),
    pausing('resume', 'continue where the webhook stopped, also after Haven has disabled it', false),
    adminCommand('rotate', 'give a webhook a new secret')
      .argument('<id>')
      .option('--overlap <seconds>', 'how long the previous secret also signs; defaults to one day', wholeNumber)
      .action(rotate),
    testCommand(),
    deliveriesCommand(),
    redeliverCommand(),
    replayCommand(),
    adminCommand('delete', 'delete a webhook and its log')
      .argument('<id>')
      .option('--yes', 'confirm the deletion, which cannot be undone')
      .action(remove),
  ];
  return groupOf('webhooks', 'create webhooks, list deliveries, and send events again', commands, EXAMPLES);
}

function createCommand(): Command {
  return adminCommand('create', 'create a webhook')
    .argument('<url>', 'URL to send events to')
    .option('--collection <name...>', 'only changes of these collections; defaults to all')
    .option('--type <type...>', 'only changes of these types, such as record.created; defaults to all')
    .option('--filter <json>', 'only changes of records that match before or after the change')
    .addOption(
      new Option('--payload <what>', 'send the full record, or only its id and version').choices(['full', 'thin']),
    )
    .addOption(new Option('--order <order>', 'order of deliveries').choices(['perRecord', 'none']))
    .option('--rate <number>', 'maximum number of deliveries per second', wholeNumber)
    .option('--header <header...>', "headers to send, such as 'x-api-key: 4711'")
    .addOption(new Option('--scheme <scheme>', 'signature: HMAC-SHA256 (v1) or Ed25519 (v1a)').choices(['v1', 'v1a']))
    .option('--after <cursor>', 'start after this cursor, or at `earliest`; defaults to now')
    .option('--description <text>', 'free text')
    .action(create);
}

async function create(url: string, flags: CreateFlags): Promise<void> {
  const { collection: collections, type: types, payload, order, rate, scheme, after, description } = flags;
  const settings = { collections, types, payload, order, rate, scheme, after, description };
  const body = { url, ...settings, filter: filterOf(flags), headers: headersOf(flags) };
  showSecret(flags, await request<IssuedWebhook>(flags, 'POST', 'webhooks', body));
}

async function list(flags: AdminFlags): Promise<void> {
  show(flags, await requestAll<Webhook>(flags, 'webhooks'), row);
}

async function showOne(id: string, flags: AdminFlags): Promise<void> {
  const webhook = await request<Webhook>(flags, 'GET', deliveryPath(id));
  const status = await request<Status>(flags, 'GET', `${deliveryPath(id)}/status`);
  show(flags, { ...webhook, status }, (each) => ({ ...row(each), ...statusRow(each.status) }));
}

function pausing(name: string, description: string, paused: boolean): Command {
  return adminCommand(name, description)
    .argument('<id>')
    .action(async (id: string, flags: AdminFlags) =>
      show(flags, await request<Webhook>(flags, 'PATCH', deliveryPath(id), { paused }), row),
    );
}

async function rotate(id: string, flags: AdminFlags & { overlap?: number }): Promise<void> {
  const body = { overlapSeconds: flags.overlap };
  showSecret(flags, await request<IssuedWebhook>(flags, 'POST', `${deliveryPath(id)}/rotate`, body));
}

async function remove(id: string, flags: AdminFlags & { yes?: true }): Promise<void> {
  if (!flags.yes) throw new CliError('This deletes the webhook and its log and cannot be undone. Confirm with --yes.');
  await request(flags, 'DELETE', deliveryPath(id));
  done(flags, { deleted: id }, `The webhook ${id} is deleted.`);
}

function filterOf({ filter }: CreateFlags): unknown {
  if (filter === undefined) return undefined;
  try {
    return JSON.parse(filter);
  } catch {
    throw new CliError(`--filter must be JSON; got ${JSON.stringify(filter)}.`);
  }
}

function headersOf({ header }: CreateFlags): Record<string, string> | undefined {
  return header && Object.fromEntries(header.map(headerOf));
}

function headerOf(header: string): [name: string, value: string] {
  const at = header.indexOf(':');
  if (at < 1) throw new CliError(`--header must have the form 'x-api-key: 4711'; got ${JSON.stringify(header)}.`);
  return [header.slice(0, at).trim(), header.slice(at + 1).trim()];
}

/** Prints the table on stderr, so that a shell can capture the secret alone from stdout. */
function showSecret(flags: AdminFlags, issued: IssuedWebhook): void {
  if (flags.json) return show(flags, issued, () => ({}));
  const verifies =
    issued.publicKey === null ? '' : `Receivers verify deliveries with the public key ${issued.publicKey}.\n`;
  process.stderr.write(`${tableOf([row(issued)], process.stderr)}\n${verifies}The secret is shown only once:\n`);
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
