import { Box, Button, Group, SegmentedControl } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';

import { deliveriesQuery } from '../../../api/webhooks.js';
import type { Delivery, Webhook } from '../../../api/webhooks.js';
import { useSession } from '../../../session/session.js';
import { Empty } from '../../../ui/feedback/empty.js';
import { Loading } from '../../../ui/feedback/loading.js';
import { ProblemAlert } from '../../../ui/feedback/problem-alert.js';
import { DeliveryItem } from './delivery-item.js';
import { deliveryStates } from './delivery-states.js';

/** The deliveries of a webhook, newest changes first. */
export function DeliveryLog({ webhook }: { webhook: Webhook }): ReactNode {
  const { haven } = useSession();
  const [state, setState] = useState<Delivery['state'] | null>(null);
  const query = useInfiniteQuery(deliveriesQuery(haven, webhook.id, state));
  const deliveries = query.data?.pages.flatMap(({ items }) => items);
  return (
    <>
      <Box style={{ overflowX: 'auto' }} mb="sm">
        <SegmentedControl
          size="xs"
          aria-label="State of the deliveries"
          value={state ?? 'all'}
          onChange={(value) => setState(deliveryStates.find(({ name }) => name === value)?.name ?? null)}
          data={[{ value: 'all', label: 'All' }, ...deliveryStates.map(({ name, label }) => ({ value: name, label }))]}
        />
      </Box>
      {query.error && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <Loading what="Loading the deliveries…" />}
      {deliveries?.length === 0 && (
        <Empty title={state === null ? 'Nothing was sent yet' : 'No deliveries in this state'}>
          Deliveries appear here when records change.
        </Empty>
      )}
      {deliveries && deliveries.length > 0 && (
        <Box component="ul" p={0} m={0} aria-label="Deliveries, newest changes first" style={{ listStyle: 'none' }}>
          {deliveries.map((delivery) => (
            <DeliveryItem key={delivery.id} delivery={delivery} webhook={webhook} />
          ))}
        </Box>
      )}
      {query.hasNextPage && (
        <Group justify="center" mt="md">
          <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Show older deliveries
          </Button>
        </Group>
      )}
    </>
  );
}
