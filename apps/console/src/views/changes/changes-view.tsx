import { useState } from 'react';
import type { ReactNode } from 'react';

import { useCollectionNames, useCollections } from '../../api/collections.js';
import { columnsOf } from '../../columns/collection-columns.js';
import { idColumn } from '../../columns/columns.js';
import { FilterPanel } from '../../filter/filter-panel.js';
import { MissingScope } from '../../session/missing-scope.js';
import { useSession } from '../../session/session.js';
import { PageHeader } from '../../ui/layout/page-header.js';
import { FeedList } from './feed-list.js';
import { useFeedSelection } from './feed-selection.js';
import { FeedToolbar } from './feed-toolbar.js';

/** The changes of all records as they happen. */
export default function ChangesView(): ReactNode {
  const { may, caller } = useSession();
  const names = useCollectionNames();
  const [selected, change] = useFeedSelection();
  const [isFilterOpen, setFilterOpen] = useState(false);
  const [isExpanded, setExpanded] = useState(false);
  const { data: collections = [] } = useCollections();
  // A key that is restricted to some collections can follow one of them at a time.
  const isRestricted = caller.collections !== null;
  const collection = selected.collection ?? (isRestricted ? (names[0] ?? null) : null);
  const selection = { ...selected, collection };
  const chosen = collections.find(({ name }) => name === collection);
  if (!may('changes:read', collection ?? undefined))
    return (
      <MissingScope
        view="Changes"
        title="You may not follow changes"
        scopes={['changes:read']}
        collection={collection ?? undefined}
      />
    );
  const filter = JSON.stringify(selection.filter);
  return (
    <>
      <PageHeader title="Changes" text="Every change of a record, as it happens" />
      <FeedToolbar
        selection={selection}
        onChange={change}
        collections={names}
        hasAll={!isRestricted}
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
