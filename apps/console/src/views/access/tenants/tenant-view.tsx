import { Anchor, Code, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';

import { HavenError } from 'haven-records';

import { tenantQuery } from '../../../api/tenants.js';
import type { TenantView as Tenant } from '../../../api/tenants.js';
import { MissingScope } from '../../../session/missing-scope.js';
import { useSession } from '../../../session/session.js';
import { Empty } from '../../../ui/feedback/empty.js';
import { QueryView } from '../../../ui/feedback/query-view.js';
import { PageHeader } from '../../../ui/layout/page-header.js';
import { Time } from '../../../ui/time/time.js';
import { UsageSection } from '../../../usage/usage-section.js';
import { KeyList } from '../keys/key-list.js';
import { EnterTenant } from './enter-tenant.js';
import { QuotaForm } from './quota-form.js';
import { TenantActions } from './tenant-actions.js';
import { TenantStateBadge } from './tenant-state-badge.js';

/** A tenant with its usage, quotas and keys, for operators. */
export default function TenantView({ id }: { id: string }): ReactNode {
  const { haven, caller, may } = useSession();
  const isOperator = may('operator') && caller.collections === null;
  const tenant = useQuery({ ...tenantQuery(haven, id), enabled: isOperator });
  if (!isOperator) return <MissingScope view="Tenant" title="You may not manage tenants" scopes={['operator']} />;
  if (tenant.error instanceof HavenError && tenant.error.code === 'NOT_FOUND')
    return (
      <>
        <PageHeader title="Tenant" />
        <Empty title="There is no such tenant">
          <Anchor component={Link} href="/tenants">
            Show the tenants
          </Anchor>
        </Empty>
      </>
    );
  return (
    <QueryView query={tenant} heading="Tenant">
      {(found) => <TenantPage tenant={found} />}
    </QueryView>
  );
}

function TenantPage({ tenant }: { tenant: Tenant }): ReactNode {
  const { caller } = useSession();
  const text = (
    <Group gap="xs">
      <TenantStateBadge state={tenant.state} />
      <Code>{tenant.id}</Code>
      <span>
        created <Time at={tenant.createdAt} />
      </span>
    </Group>
  );
  return (
    <>
      <Anchor component={Link} href="/tenants" size="sm">
        All tenants
      </Anchor>
      <PageHeader title={tenant.name} text={text}>
        {tenant.state === 'active' && tenant.id !== caller.tenant && <EnterTenant tenant={tenant} />}
        {tenant.state !== 'deleting' && <TenantActions tenant={tenant} />}
      </PageHeader>
      {tenant.state === 'deleting' ? (
        <Text>The keys and tokens of this tenant are refused. Its data is being removed in the background.</Text>
      ) : (
        <Stack gap="xl">
          {tenant.state === 'suspended' && (
            <Text>Requests with keys and tokens of this tenant fail with TENANT_SUSPENDED. Its data is kept.</Text>
          )}
          <UsageSection tenant={tenant.id} />
          <QuotaForm tenant={tenant} />
          <Stack component="section" aria-labelledby="keys" gap="sm">
            <Title order={2} size="h4" id="keys">
              API keys
            </Title>
            <KeyList tenant={tenant.id} />
          </Stack>
        </Stack>
      )}
    </>
  );
}
