import { useState } from 'react';
import type { ReactNode } from 'react';

import { useCollections } from '../api/collections.js';
import { columnsOf } from '../records/collection-columns.js';
import { idColumn } from '../records/columns.js';
import { FilterPanel } from '../records/filter-panel.js';
import { useSession } from '../session/session.js';
import { Empty } from '../ui/empty.js';
import { PageHeader } from '../ui/page-header.js';
import { FeedList } from './feed-list.js';
import { useFeedSelection } from './feed-selection.js';
import { FeedToolbar } from './feed-toolbar.js';

/** The changes of all records as they happen. */
export default function ChangesView(): ReactNode {
  const { may } = useSession();
  const [selection, change] = useFeedSelection();
  const [isFilterOpen, setFilterOpen] = useState(false);
  const [isExpanded, setExpanded] = useState(false);
  const { data: collections = [] } = useCollections();
  const chosen = collections.find(({ name }) => name === selection.collection);
  if (!may('changes:read'))
    return (
      <>
        <PageHeader title="Changes" />
        <Empty title="You may not follow changes">The key needs the scope changes:read.</Empty>
      </>
    );
  const filter = JSON.stringify(selection.filter);
  return (
    <>
      <PageHeader title="Changes" text="Every change of a record, as it happens" />
      <FeedToolbar
        selection={selection}
        onChange={change}
        collections={collections.map(({ name }) => name)}
        isFilterOpen={isFilterOpen}
        onFilter={() => setFilterOpen(!isFilterOpen)}
        isExpanded={isExpanded}
        onExpand={setExpanded}
      />
      {isFilterOpen && (
        <FilterPanel
          key={chosen?.name ?? ''}
          filter={selection.filter}
          columns={chosen ? columnsOf(chosen, []) : [idColumn]}
          onApply={(applied) => change({ filter: applied })}
          onClose={() => setFilterOpen(false)}
        />
      )}
      <FeedList
        key={`${selection.collection ?? ''} ${filter}`}
        selection={selection}
        filter={filter}
        isExpanded={isExpanded}
      />
    </>
  );
}
