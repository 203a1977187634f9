import { Badge, Button, Code, Group, Text } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { ReactNode } from 'react';

import { prefix } from '../../page.js';
import { useSession } from '../../session/session.js';
import { CopyButton } from '../../ui/buttons/copy-button.js';
import { ProblemAlert } from '../../ui/feedback/problem-alert.js';
import { JsonText } from '../../ui/json/json-text.js';
import { ExampleCard } from './example-card.js';
import { curlOf } from './rest-requests.js';
import type { RestRequest } from './rest-requests.js';

/** A request of the REST API. Those that only read can be sent at once. */
export function RestItem({ request }: { request: RestRequest }): ReactNode {
  const { haven, caller } = useSession();
  const { title, method, path, body } = request;
  const send = useMutation({ mutationFn: () => haven.request({ method, path }) });
  const response = useMemo(() => send.data !== undefined && <JsonText value={send.data} />, [send.data]);
  const actions = (
    <>
      {method === 'GET' && (
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlayerPlay size={14} />}
          loading={send.isPending}
          onClick={() => send.mutate()}
          aria-label={`Send: ${title}`}
        >
          Send
        </Button>
      )}
      <CopyButton text={curlOf(request, location.origin + prefix, caller.credential !== 'none')} label="Copy as curl" />
    </>
  );
  return (
    <ExampleCard title={title} actions={actions}>
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <Badge variant="default" radius="sm">
          {method}
        </Badge>
        <Code style={{ overflowWrap: 'anywhere', minWidth: 0 }}>{path}</Code>
      </Group>
      {body && (
        <Code block tabIndex={0} mah="12rem">
          {JSON.stringify(body)}
        </Code>
      )}
      {send.error && <ProblemAlert error={send.error} />}
      {response && (
        <>
          <Text size="sm" fw={600} role="status">
            Response
          </Text>
          {response}
        </>
      )}
    </ExampleCard>
  );
}
