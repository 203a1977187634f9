import { Text } from '@mantine/core';
import type { ReactNode } from 'react';

import type { WebhookStatus } from '../../api/webhooks.js';
import { Time } from '../../ui/time/time.js';
import { countText } from '../../values/numbers.js';

/** Says how a webhook is doing. */
export function HealthText({ status, error }: { status: WebhookStatus | undefined; error: Error | null }): ReactNode {
  if (!status)
    return (
      <Text size="sm" c="dimmed">
        {error ? `Not known: ${error.message}` : '…'}
      </Text>
    );
  const { failingSince, pending, dead, lag, replaying } = status;
  const counts = [
    pending > 0 && `${countText(pending)} pending`,
    dead > 0 && `${countText(dead)} dead`,
    lag > 0 && `${countText(lag)} changes behind`,
    replaying && 'replaying',
  ].filter((part) => part !== false);
  return (
    <Text size="sm" component="div">
      {failingSince !== null && (
        <Text span inherit fw={600}>
          Failing since <Time at={failingSince} />
        </Text>
      )}
      {failingSince !== null && counts.length > 0 && ', '}
      {counts.length > 0 ? counts.join(', ') : failingSince === null && 'Everything is delivered'}
    </Text>
  );
}
