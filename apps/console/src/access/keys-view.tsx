import { Stack } from '@mantine/core';
import type { ReactNode } from 'react';

import { nameOfTenant } from '../session/caller.js';
import { useSession } from '../session/session.js';
import { Empty } from '../ui/empty.js';
import { PageHeader } from '../ui/page-header.js';
import { KeyList } from './key-list.js';
import { UsageSection } from './usage-section.js';

/** The API keys of the tenant, and what the tenant uses of its quotas. */
export default function KeysView(): ReactNode {
  const { caller, may } = useSession();
  const isRestricted = caller.collections != null;
  if ((!may('keys:write') && !may('operator')) || isRestricted)
    return (
      <>
        <PageHeader title="Keys" />
        <Empty title="You may not manage keys">
          {isRestricted ? 'Your key is restricted to some collections.' : 'This needs the scope keys:write.'}
        </Empty>
      </>
    );
  return (
    <>
      <PageHeader title="Keys" text={`API keys of the tenant ${nameOfTenant(caller)}`} />
      <Stack gap="xl">
        <KeyList tenant={caller.tenant} />
        <UsageSection tenant={caller.tenant} />
      </Stack>
    </>
  );
}
