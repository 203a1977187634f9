import { Button, Group } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { useLocation } from 'wouter';

import { webhooksQuery } from '../../api/webhooks.js';
import type { IssuedWebhook } from '../../api/webhooks.js';
import { MissingScope } from '../../session/missing-scope.js';
import { useSession } from '../../session/session.js';
import { Empty } from '../../ui/feedback/empty.js';
import { Loading } from '../../ui/feedback/loading.js';
import { ProblemAlert } from '../../ui/feedback/problem-alert.js';
import { PageHeader } from '../../ui/layout/page-header.js';
import { SecretDialog } from './dialogs/secret-dialog.js';
import { WebhookDialog } from './dialogs/webhook-dialog.js';
import { WebhookTable } from './webhook-table.js';

/** The webhooks of the tenant, and how they are doing. */
export default function WebhooksView(): ReactNode {
  const { may } = useSession();
  if (!may('webhooks:write'))
    return <MissingScope view="Webhooks" title="You may not see webhooks" scopes={['webhooks:write']} />;
  return <WebhookList />;
}

function WebhookList(): ReactNode {
  const { haven } = useSession();
  const [, navigate] = useLocation();
  const [isOpen, { open, close }] = useDisclosure();
  const [issued, setIssued] = useState<IssuedWebhook | null>(null);
  const query = useInfiniteQuery(webhooksQuery(haven));
  const webhooks = query.data?.pages.flatMap(({ items }) => items);
  return (
    <>
      <PageHeader title="Webhooks" text="URLs to which Haven sends changes as they happen">
        <Button leftSection={<IconPlus size={16} />} onClick={open}>
          New webhook
        </Button>
      </PageHeader>
      {query.error && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <Loading />}
      {webhooks?.length === 0 && <Empty title="No webhooks yet">Create one to receive the changes of records.</Empty>}
      {webhooks && webhooks.length > 0 && <WebhookTable webhooks={webhooks} />}
      {query.hasNextPage && (
        <Group justify="center" mt="md">
          <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Show more
          </Button>
        </Group>
      )}
      {isOpen && (
        <WebhookDialog
          webhook={null}
          onClose={close}
          onCreated={(created) => {
            close();
            setIssued(created);
          }}
        />
      )}
      {issued && (
        <SecretDialog
          issued={issued}
          title="The webhook was created"
          onClose={() => navigate(`/webhooks/${encodeURIComponent(issued.id)}`)}
        />
      )}
    </>
  );
}
