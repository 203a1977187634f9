import type { Command } from 'commander';

import { adminCommand, ask, askForAll, groupOf, show } from './admin.js';
import type { AdminFlags } from './admin.js';
import { CliError } from './cli-error.js';

interface Tenant {
  id: string;
  name: string;
  state: string;
  createdAt: string;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const EXAMPLES = `
A tenant is named by its id or its name. HAVEN_KEY must be a key for operators.

Examples:
  haven tenants create Acme
  haven tenants suspend Acme
  haven tenants delete Acme --yes
`;

/** `haven tenants …` */
export function tenantsCommand(): Command {
  return groupOf(
    'tenants',
    'make, list, suspend and delete tenants, for operators',
    [
      adminCommand('create', 'make a tenant').argument('<name>').action(create),
      adminCommand('list', 'list the tenants, oldest first').action(list),
      suspension('suspend', 'refuse its keys and tokens; its data is kept', true),
      suspension('resume', 'let a suspended tenant go on', false),
      adminCommand('delete', 'delete a tenant and all that it has')
        .argument('<tenant>')
        .option('--yes', 'it can not be undone')
        .action(remove),
    ],
    EXAMPLES,
  );
}

/** The id of a tenant that may be called by its name. */
export async function tenantIdOf(flags: AdminFlags, idOrName: string): Promise<string> {
  if (UUID.test(idOrName)) return idOrName;
  const found = (await askForAll<Tenant>(flags, 'tenants')).find(({ name }) => name === idOrName);
  if (!found) throw new CliError(`There is no tenant ${JSON.stringify(idOrName)}.`);
  return found.id;
}

async function create(name: string, flags: AdminFlags): Promise<void> {
  show(flags, await ask<Tenant>(flags, 'POST', 'tenants', { name }), row);
}

async function list(flags: AdminFlags): Promise<void> {
  show(flags, await askForAll<Tenant>(flags, 'tenants'), row);
}

function suspension(name: string, description: string, suspended: boolean): Command {
  return adminCommand(name, description)
    .argument('<tenant>')
    .action(async (tenant: string, flags: AdminFlags) => {
      const path = `tenants/${await tenantIdOf(flags, tenant)}`;
      show(flags, await ask<Tenant>(flags, 'PATCH', path, { suspended }), row);
    });
}

async function remove(tenant: string, flags: AdminFlags & { yes?: true }): Promise<void> {
  if (!flags.yes) throw new CliError('This deletes all that the tenant has and can not be undone; say --yes.');
  show(flags, await ask<Tenant>(flags, 'DELETE', `tenants/${await tenantIdOf(flags, tenant)}`), row);
}

function row({ id, name, state, createdAt }: Tenant): Record<string, string> {
  return { id, name, state, created: createdAt };
}
