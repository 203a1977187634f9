import type { Command } from 'commander';

import { adminCommand, request, requestAll, groupOf, show } from './admin.js';
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
A tenant can be given by its id or its name. HAVEN_KEY must be an operator key.

Examples:
  haven tenants create Acme
  haven tenants suspend Acme
  haven tenants delete Acme --yes
`;

/** `haven tenants …` */
export function tenantsCommand(): Command {
  return groupOf(
    'tenants',
    'create, list, suspend and delete tenants, for operators',
    [
      adminCommand('create', 'create a tenant').argument('<name>').action(create),
      adminCommand('list', 'list the tenants, oldest first').action(list),
      suspension('suspend', 'reject the keys and tokens of a tenant; its data is kept', true),
      suspension('resume', 'resume a suspended tenant', false),
      adminCommand('delete', 'delete a tenant and all its data')
        .argument('<tenant>')
        .option('--yes', 'confirm the deletion, which cannot be undone')
        .action(remove),
    ],
    EXAMPLES,
  );
}

/** Returns the id of a tenant given by its id or name. */
export async function tenantIdOf(flags: AdminFlags, idOrName: string): Promise<string> {
  if (UUID.test(idOrName)) return idOrName;
  const found = (await requestAll<Tenant>(flags, 'tenants')).find(({ name }) => name === idOrName);
  if (!found) throw new CliError(`The tenant ${JSON.stringify(idOrName)} does not exist.`);
  return found.id;
}

async function create(name: string, flags: AdminFlags): Promise<void> {
  show(flags, await request<Tenant>(flags, 'POST', 'tenants', { name }), row);
}

async function list(flags: AdminFlags): Promise<void> {
  show(flags, await requestAll<Tenant>(flags, 'tenants'), row);
}

function suspension(name: string, description: string, suspended: boolean): Command {
  return adminCommand(name, description)
    .argument('<tenant>')
    .action(async (tenant: string, flags: AdminFlags) => {
      const path = `tenants/${await tenantIdOf(flags, tenant)}`;
      show(flags, await request<Tenant>(flags, 'PATCH', path, { suspended }), row);
    });
}

async function remove(tenant: string, flags: AdminFlags & { yes?: true }): Promise<void> {
  if (!flags.yes)
    throw new CliError('This deletes the tenant and all its data and cannot be undone. Confirm with --yes.');
  show(flags, await request<Tenant>(flags, 'DELETE', `tenants/${await tenantIdOf(flags, tenant)}`), row);
}

function row({ id, name, state, createdAt }: Tenant): Record<string, string> {
  return { id, name, state, created: createdAt };
}
