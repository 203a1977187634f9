import { Alert, Anchor, Group, Stack, Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';

import { webhookQuery } from '../../api/webhooks.js';
import type { Webhook } from '../../api/webhooks.js';
import { MissingScope } from '../../session/missing-scope.js';
import { useSession } from '../../session/session.js';
import { QueryView } from '../../ui/feedback/query-view.js';
import { PageHeader } from '../../ui/layout/page-header.js';
import { shorten } from '../../values/shorten.js';
import { DeliveryLog } from './deliveries/delivery-log.js';
import { WebhookActions } from './webhook-actions.js';
import { WebhookHealth } from './webhook-health.js';
import { WebhookSettings } from './webhook-settings.js';
import { WebhookStateBadge } from './webhook-state-badge.js';

/** A webhook: how it is doing, its settings, and its deliveries. */
export default function WebhookView({ id }: { id: string }): ReactNode {
  const { haven, may } = useSession();
  const canRead = may('webhooks:write');
  const query = useQuery({ ...webhookQuery(haven, id), enabled: canRead });
  if (!canRead) return <MissingScope view="Webhook" title="You may not see webhooks" scopes={['webhooks:write']} />;
  return (
    <>
      <Anchor component={Link} href="/webhooks" size="sm">
        All webhooks
      </Anchor>
      <QueryView query={query} heading="Webhook">
        {(webhook) => <WebhookContent webhook={webhook} />}
      </QueryView>
    </>
  );
}

function WebhookContent({ webhook }: { webhook: Webhook }): ReactNode {
  const { url, description, state, problem } = webhook;
  return (
    <Stack style={{ overflowWrap: 'anywhere' }}>
      <PageHeader
        title={shorten(url, 80)}
        text={
          <Group gap="xs">
            <WebhookStateBadge state={state} />
            {description}
          </Group>
        }
      >
        <WebhookActions webhook={webhook} />
      </PageHeader>
      {problem !== null && (
        <Alert color="red" title="Haven has disabled this webhook">
          {problem} When the receiver works again, enable the webhook: it continues from where it stopped.
        </Alert>
      )}
      <WebhookHealth id={webhook.id} />
      <Tabs defaultValue="deliveries" keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="deliveries">Deliveries</Tabs.Tab>
          <Tabs.Tab value="settings">Settings</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="deliveries">
          <DeliveryLog webhook={webhook} />
        </Tabs.Panel>
        <Tabs.Panel value="settings">
          <WebhookSettings webhook={webhook} />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}
