import { Anchor, Button, Code, Group, Stack, Table, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';

import { tenantsQuery } from '../../../api/tenants.js';
import type { TenantView } from '../../../api/tenants.js';
import { MissingScope } from '../../../session/missing-scope.js';
import { useSession } from '../../../session/session.js';
import { Empty } from '../../../ui/feedback/empty.js';
import { QueryView } from '../../../ui/feedback/query-view.js';
import { PageHeader } from '../../../ui/layout/page-header.js';
import { WideTable } from '../../../ui/layout/wide-table.js';
import { Time } from '../../../ui/time/time.js';
import { CreateTenantDialog } from './create-tenant-dialog.js';
import { TenantStateBadge } from './tenant-state-badge.js';

const COLUMNS = ['Tenant', 'State', 'Own quotas', 'Created'];
/** Number of tenants that are shown at first. */
const SHOWN = 100;

/** The tenants of the server, for operators. */
export default function TenantsView(): ReactNode {
  const { haven, caller, may } = useSession();
  const isOperator = may('operator') && caller.collections === null;
  const tenants = useQuery({ ...tenantsQuery(haven), enabled: isOperator });
  const [isCreating, creation] = useDisclosure();
  if (!isOperator) return <MissingScope view="Tenants" title="You may not manage tenants" scopes={['operator']} />;
  return (
    <>
      <PageHeader title="Tenants" text="Isolated customers of this server">
        <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={creation.open}>
          New tenant
        </Button>
      </PageHeader>
      <QueryView query={tenants}>{(all) => <TenantTable tenants={all} />}</QueryView>
      {isCreating && <CreateTenantDialog onClose={creation.close} />}
    </>
  );
}

function TenantTable({ tenants }: { tenants: readonly TenantView[] }): ReactNode {
  const [text, setText] = useState('');
  const [shown, setShown] = useState(SHOWN);
  const found = tenants.filter(({ id, name }) => `${name} ${id}`.toLowerCase().includes(text.trim().toLowerCase()));
  return (
    <Stack>
      <TextInput
        aria-label="Find a tenant"
        placeholder="Find by name or id"
        maw="20rem"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {found.length === 0 ? (
        <Empty title="No tenant matches" />
      ) : (
        <WideTable label="List of tenants" columns={COLUMNS}>
          {found.slice(0, shown).map((tenant) => (
            <TenantRow key={tenant.id} tenant={tenant} />
          ))}
        </WideTable>
      )}
      {found.length > shown && (
        <Group>
          <Button variant="default" onClick={() => setShown(shown + 10 * SHOWN)}>
            Show more of {found.length} tenants
          </Button>
        </Group>
      )}
    </Stack>
  );
}

function TenantRow({ tenant }: { tenant: TenantView }): ReactNode {
  const { caller } = useSession();
  const own = Object.values(tenant.quotas).filter((quota) => quota !== null).length;
  return (
    <Table.Tr>
      <Table.Td>
        <Anchor component={Link} href={`/tenants/${tenant.id}`} fw={600}>
          {tenant.name}
        </Anchor>
        {tenant.id === caller.tenant && (
          <Text span size="sm" c="dimmed">
            {' '}
            (your own)
          </Text>
        )}
        <div>
          <Code>{tenant.id}</Code>
        </div>
      </Table.Td>
      <Table.Td>
        <TenantStateBadge state={tenant.state} />
      </Table.Td>
      <Table.Td>{own === 0 ? 'none' : own}</Table.Td>
      <Table.Td>
        <Time at={tenant.createdAt} />
      </Table.Td>
    </Table.Tr>
  );
}
