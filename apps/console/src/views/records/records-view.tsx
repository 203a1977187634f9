import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';

import { useCollection } from '../../api/collections.js';
import { collectionPath } from '../../labels/paths.js';
import { MissingScope } from '../../session/missing-scope.js';
import { useSession } from '../../session/session.js';
import { QueryView } from '../../ui/feedback/query-view.js';
import { PageHeader } from '../../ui/layout/page-header.js';
import { RecordsPage } from './records-page.js';

/** The records of a collection. */
export default function RecordsView({ collection: name }: { collection: string }): ReactNode {
  const { may } = useSession();
  const collection = useCollection(name);
  if (!may('records:read', name))
    return (
      <MissingScope view={name} title="You may not read these records" scopes={['records:read']} collection={name}>
        {may('records:write', name) && (
          <Button component={Link} href={`${collectionPath(name)}/import`} variant="default" mt="md">
            Import records
          </Button>
        )}
      </MissingScope>
    );
  if (collection.data === undefined)
    return (
      <>
        <PageHeader title={name} />
        <QueryView query={collection}>{() => null}</QueryView>
      </>
    );
  return <RecordsPage collection={collection.data} />;
}
