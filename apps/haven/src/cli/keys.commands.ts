import { Option } from 'commander';
import type { Command } from 'commander';

import { scopeNames } from '@haven/kernel';

import { adminCommand, ask, askForAll, groupOf, show } from './admin.js';
import type { AdminFlags } from './admin.js';
import { tableOf } from './table.js';
import { tenantIdOf } from './tenants.commands.js';
import { wholeNumber } from './whole-number.js';

interface ApiKey {
  id: string;
  name: string;
  scopes: string[];
  collections: string[] | null;
  createdAt: string;
  expiresAt: string | null;
  lastUsedAt: string | null;
  revokedAt: string | null;
}

interface IssuedApiKey extends ApiKey {
  token: string;
}

interface KeyFlags extends AdminFlags {
  tenant?: string;
}

interface CreateFlags extends KeyFlags {
  scope: string[];
  collection?: string[];
  expires?: string;
}

const EXAMPLES = `
What create and rotate print on standard output is the secret alone, this once.

Examples:
  haven keys create 'web shop' --scope records:read records:write --collection orders
  export HAVEN_KEY=$(haven keys create admin --scope keys:write --tenant Acme)
  haven keys rotate 5f3a9c0d1e2b4a67 --overlap 3600
`;

/** `haven keys …` */
export function keysCommand(): Command {
  return groupOf(
    'keys',
    "make, list, rotate and revoke API keys, of one's own tenant or, for operators, of any",
    [
      keyCommand('create', 'make an API key')
        .argument('<name>')
        .addOption(new Option('--scope <scope...>', 'what it may do').choices(scopeNames).makeOptionMandatory())
        .option('--collection <name...>', 'the collections it is held to; else all')
        .option('--expires <time>', 'when it stops being good, such as 2030-01-31T00:00:00Z; else never')
        .action(create),
      keyCommand('list', 'list the keys, oldest first').action(list),
      keyCommand('rotate', 'give a key another secret')
        .argument('<id>')
        .option('--overlap <seconds>', 'how long the secret before is still good; a day if left out', wholeNumber)
        .action(rotate),
      keyCommand('revoke', 'refuse a key from now on').argument('<id>').action(revoke),
    ],
    EXAMPLES,
  );
}

function keyCommand(name: string, description: string): Command {
  return adminCommand(name, description).option('--tenant <tenant>', 'for operators: its id or name; else their own');
}

async function create(name: string, flags: CreateFlags): Promise<void> {
  const { scope: scopes, collection: collections, expires: expiresAt } = flags;
  const body = { name, scopes, collections, expiresAt, ...(await tenantOf(flags)) };
  showSecret(flags, await ask<IssuedApiKey>(flags, 'POST', 'api-keys', body));
}

async function list(flags: KeyFlags): Promise<void> {
  show(flags, await askForAll<ApiKey>(flags, 'api-keys', await tenantOf(flags)), row);
}

async function rotate(id: string, flags: KeyFlags & { overlap?: number }): Promise<void> {
  const body = { overlapSeconds: flags.overlap, ...(await tenantOf(flags)) };
  showSecret(flags, await ask<IssuedApiKey>(flags, 'POST', `api-keys/${encodeURIComponent(id)}/rotate`, body));
}

async function revoke(id: string, flags: KeyFlags): Promise<void> {
  const query = new URLSearchParams(await tenantOf(flags));
  await ask(flags, 'DELETE', `api-keys/${encodeURIComponent(id)}?${query}`);
  if (!flags.json) process.stdout.write(`The key ${id} is revoked.\n`);
}

async function tenantOf(flags: KeyFlags): Promise<Record<string, string>> {
  return flags.tenant === undefined ? {} : { tenant: await tenantIdOf(flags, flags.tenant) };
}

/** The table is for people, and goes where it is not caught with the secret. */
function showSecret(flags: AdminFlags, issued: IssuedApiKey): void {
  if (flags.json) return show(flags, issued, () => ({}));
  process.stderr.write(`${tableOf([row(issued)])}\nThe secret is shown this once:\n`);
  process.stdout.write(`${issued.token}\n`);
}

function row(key: ApiKey): Record<string, string> {
  return {
    id: key.id,
    name: key.name,
    scopes: key.scopes.join(' '),
    collections: key.collections?.join(' ') ?? 'all',
    expires: key.expiresAt ?? 'never',
    used: key.lastUsedAt ?? 'never',
    revoked: key.revokedAt ?? '',
  };
}
