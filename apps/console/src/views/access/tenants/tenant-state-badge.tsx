import { Badge } from '@mantine/core';
import type { ReactNode } from 'react';

import type { TenantView } from '../../../api/tenants.js';

const STATES = {
  active: { label: 'Active', color: 'teal.9' },
  suspended: { label: 'Suspended', color: 'red.9' },
  deleting: { label: 'Deleting', color: 'red.9' },
} as const;

export function TenantStateBadge({ state }: { state: TenantView['state'] }): ReactNode {
  return (
    <Badge radius="sm" tt="none" miw="max-content" color={STATES[state].color}>
      {STATES[state].label}
    </Badge>
  );
}
