import { Anchor, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';

import { webhookStatusQuery } from '../../api/webhooks.js';
import type { Webhook } from '../../api/webhooks.js';
import { useSession } from '../../session/session.js';
import { WideTable } from '../../ui/layout/wide-table.js';
import { shorten } from '../../values/shorten.js';
import { HealthText } from './health-text.js';
import { WebhookStateBadge } from './webhook-state-badge.js';

/** Lists webhooks with their health. */
export function WebhookTable({ webhooks }: { webhooks: readonly Webhook[] }): ReactNode {
  return (
    <WideTable label="Webhooks" columns={['URL', 'State', 'Health', 'Sends']}>
      {webhooks.map((webhook) => (
        <WebhookRow key={webhook.id} webhook={webhook} />
      ))}
    </WideTable>
  );
}

function WebhookRow({ webhook }: { webhook: Webhook }): ReactNode {
  const { haven } = useSession();
  const { data: status, error } = useQuery(webhookStatusQuery(haven, webhook.id));
  const { id, url, description, state, collections, filter } = webhook;
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={400}>
        <Anchor
          component={Link}
          href={`/webhooks/${encodeURIComponent(id)}`}
          title={url}
          style={{ overflowWrap: 'anywhere' }}
        >
          {shorten(url, 80)}
        </Anchor>
        {description !== '' && (
          <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
            {description}
          </Text>
        )}
      </Table.Th>
      <Table.Td>
        <WebhookStateBadge state={state} />
      </Table.Td>
      <Table.Td>
        <HealthText status={status} error={error} />
      </Table.Td>
      <Table.Td>
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {collections === null ? 'All collections' : shorten(collections.join(', '))}
          {filter !== null && ', filtered'}
        </Text>
      </Table.Td>
    </Table.Tr>
  );
}
