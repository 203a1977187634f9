import { Box, Button, Code, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';

import type { Delivery, Webhook } from '../../../api/webhooks.js';
import { useSession } from '../../../session/session.js';
import { QueryView } from '../../../ui/feedback/query-view.js';
import { JsonText } from '../../../ui/json/json-text.js';
import { headersOf, sentChangeQuery } from './sent-change.js';

/** Shows the request of a delivery. Haven does not store it, so its body is read from the feed. */
export function SentRequest({ delivery, webhook }: { delivery: Delivery; webhook: Webhook }): ReactNode {
  const { may } = useSession();
  const [isShown, setShown] = useState(false);
  return (
    <Stack gap="xs" align="flex-start">
      <Title order={2} size="h6">
        Request
      </Title>
      <Text size="sm" c="dimmed">
        Haven does not store requests. This is how it sends the change with the current settings.
      </Text>
      <Code block w="100%" tabIndex={0} style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>
        {headersOf(delivery, webhook)}
      </Code>
      {may('changes:read', delivery.collection) && !isShown && (
        <Button size="compact-sm" variant="default" onClick={() => setShown(true)}>
          Show the body
        </Button>
      )}
      {isShown && <Body delivery={delivery} webhook={webhook} />}
    </Stack>
  );
}

function Body({ delivery, webhook }: { delivery: Delivery; webhook: Webhook }): ReactNode {
  const { haven, caller } = useSession();
  const query = useQuery(sentChangeQuery(haven, caller, delivery, webhook));
  return (
    <QueryView query={query}>
      {(event) =>
        event === null ? (
          <Text size="sm">The change is no longer kept, so the body is not known.</Text>
        ) : (
          <Box w="100%">
            <JsonText value={event} />
          </Box>
        )
      }
    </QueryView>
  );
}
