import { Box, Stack, Switch, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';

import { nameOfTenant } from '../../session/caller.js';
import { useSession } from '../../session/session.js';
import { Empty } from '../../ui/feedback/empty.js';
import { Loading } from '../../ui/feedback/loading.js';
import { QueryView } from '../../ui/feedback/query-view.js';
import { PageHeader } from '../../ui/layout/page-header.js';
import { Time } from '../../ui/time/time.js';
import { UsageSection } from '../../usage/usage-section.js';
import { ActivityTables } from './activity-tables.js';
import { AuditSection } from './audit/audit-section.js';
import { Charts } from './charts/charts.js';
import { LargestCollections } from './largest-collections.js';
import { statsQuery } from './stats-query.js';
import { ALL_TENANTS, StatsTenant } from './stats-tenant.js';

/** Holds the place of a line of text until it is known, so that nothing moves then. */
const NO_TEXT = '\u00a0';

/** Requests, latency, errors, backlogs and sizes as they change, the quotas, and the audit. */
export default function OverviewView(): ReactNode {
  const { haven, caller, may } = useSession();
  const [tenant, setTenant] = useState(caller.tenant);
  const [mode, setMode] = useState<'live' | 'paused'>('live');
  const isAllowed = may('stats:read');
  const overview = useQuery({ ...statsQuery(haven, tenant, mode), enabled: isAllowed });
  const measuredAt = overview.data ? <Time at={overview.data.stats.at} /> : NO_TEXT;
  return (
    <>
      <PageHeader title="Overview" text={isAllowed ? measuredAt : undefined}>
        {isAllowed && (
          <>
            <StatsTenant value={tenant} onChange={setTenant} />
            <Switch
              label="Live"
              checked={mode === 'live'}
              onChange={(event) => setMode(event.currentTarget.checked ? 'live' : 'paused')}
            />
          </>
        )}
      </PageHeader>
      <Stack gap="xl">
        {isAllowed ? (
          <Stack gap="xl">
            <QueryView query={overview} loading={<LoadingOverview />}>
              {(data) => (
                <>
                  <Charts key={tenant} overview={data} />
                  {!data.stats.requests && (
                    <Text size="sm">
                      Your key is restricted to some collections, so this shows only their sizes. Requests, errors, the
                      feed and webhooks concern all collections.
                    </Text>
                  )}
                  <LargestCollections storage={data.stats.storage} />
                  {data.stats.requests && <ActivityTables requests={data.stats.requests} />}
                </>
              )}
            </QueryView>
          </Stack>
        ) : (
          <Empty title={`Tenant ${nameOfTenant(caller)}`}>
            Requests, errors and sizes are shown to keys with the scope stats:read.
          </Empty>
        )}
        {tenant !== ALL_TENANTS && <UsageSection tenant={tenant} />}
        {tenant === caller.tenant && <AuditSection />}
      </Stack>
    </>
  );
}

/** Is as high as the window, so that the sections below do not move when the overview is shown. */
function LoadingOverview(): ReactNode {
  return (
    <Box mih="100dvh">
      <Loading />
    </Box>
  );
}
