import { Anchor, Code, Group, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

import { collectionApiPath } from '../../../api/paths.js';
import { prefix } from '../../../page.js';
import { CopyButton } from '../../../ui/buttons/copy-button.js';
import { bodyOf } from '../ask-body.js';
import type { Ask } from '../ask-state.js';

/** The request that gives the result, for programs. */
export function ResultRequest({ ask }: { ask: Ask }): ReactNode {
  const body = bodyOf(ask);
  const text = JSON.stringify(body, null, 2);
  return (
    <Stack gap="xs">
      <Title order={2} size="h5">
        Request
      </Title>
      <Text size="sm">
        <Code>POST {collectionApiPath(ask.collection)}/aggregate</Code>
      </Text>
      <Code block tabIndex={0} mah="20rem" aria-label="Body of the request">
        {text}
      </Code>
      <Group>
        <CopyButton text={text} />
        <Anchor href={graphqlLink(ask.collection, body)} target="_blank" size="sm">
          Open in GraphQL
        </Anchor>
      </Group>
    </Stack>
  );
}

const DOCUMENT = `query Ask(
  $collection: String!, $filter: JSON, $groupBy: [JSON!], $compute: JSONObject,
  $having: JSON, $sort: [String!], $limit: Int, $asOf: String
) {
  aggregate(
    collection: $collection, filter: $filter, groupBy: $groupBy, compute: $compute,
    having: $having, sort: $sort, limit: $limit, asOf: $asOf
  ) {
    groups { key values ignored }
    truncated
  }
}`;

function graphqlLink(collection: string, body: object): string {
  const variables = JSON.stringify({ collection, ...body }, null, 2);
  return `${prefix}/graphql?${new URLSearchParams({ query: DOCUMENT, variables })}`;
}
