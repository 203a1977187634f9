import type { ReactNode } from 'react';

import { useCollection } from '../api/collections.js';
import { useSession } from '../session/session.js';
import { Empty } from '../ui/empty.js';
import { PageHeader } from '../ui/page-header.js';
import { QueryView } from '../ui/query-view.js';
import { RecordsPage } from './records-page.js';

/** The records of a collection. */
export default function RecordsView({ collection: name }: { collection: string }): ReactNode {
  const { may } = useSession();
  const collection = useCollection(name);
  if (!may('records:read', name))
    return (
      <>
        <PageHeader title={name} />
        <Empty title="You may not read these records">The key needs the scope records:read for this collection.</Empty>
      </>
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
