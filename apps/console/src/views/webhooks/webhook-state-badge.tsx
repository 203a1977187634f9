import { Badge } from '@mantine/core';
import type { ReactNode } from 'react';

import type { Webhook } from '../../api/webhooks.js';

const STATES = {
  active: { label: 'Active', color: 'teal' },
  paused: { label: 'Paused', color: 'gray' },
  disabled: { label: 'Disabled', color: 'red' },
} as const;

/** Says whether a webhook sends changes. */
export function WebhookStateBadge({ state }: Pick<Webhook, 'state'>): ReactNode {
  const { label, color } = STATES[state];
  return (
    <Badge variant="outline" color={color} c="var(--mantine-color-text)" tt="none">
      {label}
    </Badge>
  );
}
