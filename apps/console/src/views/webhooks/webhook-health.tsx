import { Paper, SimpleGrid, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { webhookStatusQuery } from '../../api/webhooks.js';
import type { WebhookStatus } from '../../api/webhooks.js';
import { useSession } from '../../session/session.js';
import { QueryView } from '../../ui/feedback/query-view.js';
import { Time } from '../../ui/time/time.js';
import { countText } from '../../values/numbers.js';

/** Shows the progress of a webhook, and what it could not deliver. */
export function WebhookHealth({ id }: { id: string }): ReactNode {
  const { haven } = useSession();
  const query = useQuery(webhookStatusQuery(haven, id));
  return (
    <section aria-label="Health">
      <Title order={2} size="h4" mb="xs">
        Health
      </Title>
      <QueryView query={query}>
        {(status) => (
          <SimpleGrid cols={{ base: 2, sm: 3, lg: 4 }} spacing="xs">
            {valuesOf(status).map(([label, value]) => (
              <Paper key={label} withBorder p="xs">
                <Text size="xs" c="dimmed">
                  {label}
                </Text>
                <Text component="div" fw={600}>
                  {value}
                </Text>
              </Paper>
            ))}
          </SimpleGrid>
        )}
      </QueryView>
    </section>
  );
}

function valuesOf(status: WebhookStatus): [label: string, value: ReactNode][] {
  const { lag, pending, dead, failingSince, oldestPendingAt, pausedUntil, replaying } = status;
  const all: [string, ReactNode][] = [
    ['Changes not processed yet', countText(lag)],
    ['Pending deliveries', countText(pending)],
    ['Dead deliveries', countText(dead)],
    ['Failing since', failingSince === null ? 'Not failing' : <Time at={failingSince} />],
  ];
  if (oldestPendingAt !== null) all.push(['Oldest pending delivery', <Time key="oldest" at={oldestPendingAt} />]);
  if (pausedUntil !== null) all.push(['Receiver overloaded, paused until', <Time key="until" at={pausedUntil} />]);
  if (replaying) all.push(['Replay', 'In progress']);
  return all;
}
