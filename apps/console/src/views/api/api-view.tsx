import { Anchor, NativeSelect, SimpleGrid, Stack, Tabs, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { useSearchParams } from 'wouter';

import { useCollections } from '../../api/collections.js';
import { sampleQuery } from '../../api/sample-query.js';
import type { CollectionView } from '../../api/types.js';
import { prefix } from '../../page.js';
import { useSession } from '../../session/session.js';
import { Empty } from '../../ui/feedback/empty.js';
import { QueryView } from '../../ui/feedback/query-view.js';
import { PageHeader } from '../../ui/layout/page-header.js';
import { graphqlExamples } from './graphql-documents.js';
import { GraphqlItem } from './graphql-item.js';
import { RestItem } from './rest-item.js';
import { restRequests } from './rest-requests.js';

const PAGES = [
  { path: '/docs', label: 'Swagger UI', text: 'All operations of the REST API, to try out' },
  { path: '/graphql', label: 'GraphQL IDE', text: 'Documents with completion, typed by your schemas' },
  { path: '/openapi.json', label: 'OpenAPI', text: 'The REST API for generators of clients' },
  { path: '/docs/guide', label: 'Guide', text: 'How everything works' },
];

/** Leads to the APIs, with requests for a collection of the user. */
export default function ApiView(): ReactNode {
  const { caller, may } = useSession();
  return (
    <>
      <PageHeader title="API" text="Everything the console does is possible with REST and with GraphQL." />
      <SimpleGrid cols={{ base: 1, xs: 2, lg: 4 }} mb="lg">
        {PAGES.map(({ path, label, text }) => (
          <Stack key={path} gap={2}>
            <Anchor href={prefix + path} target="_blank" fw={600} underline="always">
              {label}
            </Anchor>
            <Text size="sm" c="dimmed">
              {text}
            </Text>
          </Stack>
        ))}
      </SimpleGrid>
      {caller.credential !== 'none' && (
        <Text size="sm" mb="lg">
          Swagger UI and the GraphQL IDE do not get your key from this tab. Enter it there: in Swagger UI under
          Authorize, in the IDE under Headers as {'{"Authorization": "Bearer hvn_…"}'}.
        </Text>
      )}
      {may('records:read') ? (
        <Examples />
      ) : (
        <Text c="dimmed">Requests for your own records are shown to keys with the scope records:read.</Text>
      )}
    </>
  );
}

function Examples(): ReactNode {
  const collections = useCollections();
  const [params, setParams] = useSearchParams();
  return (
    <QueryView query={collections}>
      {(all) => {
        const [first] = all;
        const collection = all.find(({ name }) => name === params.get('collection')) ?? first;
        if (!collection) return <Empty title="There are no collections yet" />;
        return (
          <>
            <NativeSelect
              label="Requests for the collection"
              value={collection.name}
              data={all.map(({ name }) => name)}
              onChange={({ currentTarget }) => setParams({ collection: currentTarget.value }, { replace: true })}
              maw="20rem"
              mb="md"
            />
            <CollectionExamples key={collection.name} collection={collection} />
          </>
        );
      }}
    </QueryView>
  );
}

function CollectionExamples({ collection }: { collection: CollectionView }): ReactNode {
  const { haven, may } = useSession();
  const [tab, setTab] = useState<string | null>('rest');
  const sample = useQuery(sampleQuery(haven, collection.name));
  return (
    <QueryView query={sample}>
      {([example]) => (
        <Tabs value={tab} onChange={setTab} keepMounted={false}>
          <Tabs.List mb="md">
            <Tabs.Tab value="rest">REST</Tabs.Tab>
            <Tabs.Tab value="graphql">GraphQL</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="rest">
            <Stack gap="xs">
              {restRequests(collection, example)
                .filter(({ scope }) => may(scope, collection.name))
                .map((request) => (
                  <RestItem key={request.title} request={request} />
                ))}
            </Stack>
          </Tabs.Panel>
          <Tabs.Panel value="graphql">
            <Stack gap="xs">
              {graphqlExamples(collection, example)
                .filter(({ scope }) => may(scope, collection.name))
                .map((item) => (
                  <GraphqlItem key={item.title} example={item} />
                ))}
            </Stack>
          </Tabs.Panel>
        </Tabs>
      )}
    </QueryView>
  );
}
