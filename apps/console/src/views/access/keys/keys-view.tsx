import { Stack } from '@mantine/core';
import type { ReactNode } from 'react';

import { MANAGES_KEYS, nameOfTenant } from '../../../session/caller.js';
import { MissingScope } from '../../../session/missing-scope.js';
import { useSession } from '../../../session/session.js';
import { PageHeader } from '../../../ui/layout/page-header.js';
import { UsageSection } from '../../../usage/usage-section.js';
import { KeyList } from './key-list.js';

/** The API keys of the tenant, and what the tenant uses of its quotas. */
export default function KeysView(): ReactNode {
  const { caller, may } = useSession();
  if (!MANAGES_KEYS.some((scope) => may(scope)) || caller.collections !== null)
    return <MissingScope view="Keys" title="You may not manage keys" scopes={MANAGES_KEYS} />;
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
