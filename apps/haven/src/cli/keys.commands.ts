import { Option } from 'commander';
import type { Command } from 'commander';

import { scopeNames } from '@haven/kernel';

import { adminCommand, done, request, requestAll, groupOf, show } from './admin.js';
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
create and rotate print only the secret on standard output. It cannot be shown again.

Examples:
  haven keys create 'web shop' --scope records:read records:write --collection orders
  export HAVEN_KEY=$(haven keys create admin --scope keys:write --tenant Acme)
  haven keys rotate 5f3a9c0d1e2b4a67 --overlap 3600
`;

/** `haven keys …` */
export function keysCommand(): Command {
  return groupOf(
    'keys',
    'create, list, rotate and revoke API keys of your tenant, or as an operator of any tenant',
    [
      keyCommand('create', 'create an API key')
        .argument('<name>')
        .addOption(new Option('--scope <scope...>', 'scopes of the key').choices(scopeNames).makeOptionMandatory())
        .option('--collection <name...>', 'collections the key is restricted to; defaults to all')
        .option('--expires <time>', 'expiry time, such as 2030-01-31T00:00:00Z; defaults to never')
        .action(create),
      keyCommand('list', 'list the keys, oldest first').action(list),
      keyCommand('rotate', 'give a key a new secret')
        .argument('<id>')
        .option('--overlap <seconds>', 'how long the previous secret stays valid; defaults to one day', wholeNumber)
        .action(rotate),
      keyCommand('revoke', 'revoke a key').argument('<id>').action(revoke),
    ],
    EXAMPLES,
  );
}

function keyCommand(name: string, description: string): Command {
  return adminCommand(name, description).option(
    '--tenant <tenant>',
    'id or name of the tenant, for operators; defaults to their own',
  );
}

async function create(name: string, flags: CreateFlags): Promise<void> {
  const { scope: scopes, collection: collections, expires: expiresAt } = flags;
  const body = { name, scopes, collections, expiresAt, ...(await tenantOf(flags)) };
  showSecret(flags, await request<IssuedApiKey>(flags, 'POST', 'api-keys', body));
}

async function list(flags: KeyFlags): Promise<void> {
  show(flags, await requestAll<ApiKey>(flags, 'api-keys', await tenantOf(flags)), row);
}

async function rotate(id: string, flags: KeyFlags & { overlap?: number }): Promise<void> {
  const body = { overlapSeconds: flags.overlap, ...(await tenantOf(flags)) };
  showSecret(flags, await request<IssuedApiKey>(flags, 'POST', `api-keys/${encodeURIComponent(id)}/rotate`, body));
}

async function revoke(id: string, flags: KeyFlags): Promise<void> {
  const query = new URLSearchParams(await tenantOf(flags));
  await request(flags, 'DELETE', `api-keys/${encodeURIComponent(id)}?${query}`);
  done(flags, { revoked: id }, `The key ${id} is revoked.`);
}

async function tenantOf(flags: KeyFlags): Promise<Record<string, string>> {
  return flags.tenant === undefined ? {} : { tenant: await tenantIdOf(flags, flags.tenant) };
}

/** Prints the table on stderr, so that a shell can capture the secret alone from stdout. */
function showSecret(flags: AdminFlags, issued: IssuedApiKey): void {
  if (flags.json) return show(flags, issued, () => ({}));
  process.stderr.write(`${tableOf([row(issued)], process.stderr)}\nThe secret is shown only once:\n`);
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
