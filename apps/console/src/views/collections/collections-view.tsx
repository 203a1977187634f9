import { TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';

import { collectionsQuery } from '../../api/collections.js';
import { SEES_COLLECTIONS } from '../../session/caller.js';
import { MissingScope } from '../../session/missing-scope.js';
import { useSession } from '../../session/session.js';
import { Empty } from '../../ui/feedback/empty.js';
import { QueryView } from '../../ui/feedback/query-view.js';
import { PageHeader } from '../../ui/layout/page-header.js';
import { isBuilding, REFRESH } from './index-states.js';
import { CollectionTable } from './list/collection-table.js';
import { NewCollection } from './list/new-collection.js';

/** Lists with more collections have a field to find one. */
const FEW = 8;

/** The collections of the tenant. */
export default function CollectionsView(): ReactNode {
  const { haven, may, maySee } = useSession();
  const query = useQuery({
    ...collectionsQuery(haven),
    enabled: maySee(),
    refetchInterval: ({ state }) => (state.data?.some(isBuilding) ? REFRESH : false),
  });
  const [text, setText] = useState('');
  if (!maySee())
    return <MissingScope view="Collections" title="You may not see collections" scopes={SEES_COLLECTIONS} />;
  return (
    <>
      <PageHeader title="Collections">{may('collections:write') && <NewCollection />}</PageHeader>
      <QueryView query={query}>
        {(collections) => {
          if (collections.length === 0)
            return (
              <Empty title="There are no collections yet">
                {may('collections:write')
                  ? 'A collection holds records, which are JSON objects. Create the first one.'
                  : 'The key needs the scope collections:write to create one.'}
              </Empty>
            );
          const shown = collections.filter(({ name, description }) => isMatch(`${name} ${description ?? ''}`, text));
          return (
            <>
              {collections.length > FEW && (
                <TextInput
                  label="Find a collection"
                  leftSection={<IconSearch size={16} aria-hidden />}
                  value={text}
                  onChange={(event) => setText(event.currentTarget.value)}
                  maw="24rem"
                  mb="md"
                />
              )}
              {shown.length === 0 ? (
                <Empty title="No collection has this name" />
              ) : (
                <CollectionTable collections={shown} key={text} />
              )}
            </>
          );
        }}
      </QueryView>
    </>
  );
}

function isMatch(name: string, text: string): boolean {
  return name.toLowerCase().includes(text.trim().toLowerCase());
}
