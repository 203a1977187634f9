import { Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';

import type { WebhookStatus } from '../../api/webhooks.js';
import { ProblemDetails } from '../../ui/feedback/problem-details.js';
import { problemOf } from '../../ui/feedback/problem.js';
import { Time } from '../../ui/time/time.js';
import { countText } from '../../values/numbers.js';

/** Says how a webhook is doing. If that cannot be read again, the error is shown above what was read last. */
export function HealthText({ status, error }: { status: WebhookStatus | undefined; error: Error | null }): ReactNode {
  if (!error) return status ? <StatusText status={status} /> : <Text size="sm">…</Text>;
  const problem = problemOf(error);
  return (
    <Stack gap={4}>
      <Text size="sm" fw={600}>
        {problem.title}
      </Text>
      <ProblemDetails problem={problem} />
      {status && (
        <Text size="sm" c="dimmed" component="div">
          Before: <StatusText status={status} />
        </Text>
      )}
    </Stack>
  );
}

function StatusText({ status }: { status: WebhookStatus }): ReactNode {
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
