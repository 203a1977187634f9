import { Box } from '@mantine/core';
import { lazy, Suspense } from 'react';
import type { ReactNode } from 'react';

import type { CollectionView } from '../../../api/types.js';
import type { Column } from '../../../columns/columns.js';
import { Loading } from '../../../ui/feedback/loading.js';
import { TimeSlider } from '../../../ui/time/time-slider.js';
import type { ListState } from './list-state.js';

/** The filter is loaded when it is opened for the first time. */
const FilterPanel = lazy(async () => {
  const { FilterPanel: component } = await import('../../../filter/filter-panel.js');
  return { default: component };
});

/** The part of the page between the toolbar and the grid. */
export type Panel = 'filter' | 'time';

interface ListPanelsProps {
  collection: CollectionView;
  columns: readonly Column[];
  /** The panel that is open. */
  panel: Panel | null;
  onPanel(panel: Panel | null): void;
  state: ListState;
  onChange(change: Partial<ListState>): void;
}

/** Edits the filter and the time of the list. */
export function ListPanels({ collection, columns, panel, onPanel, state, onChange }: ListPanelsProps): ReactNode {
  return (
    <>
      {panel === 'filter' && (
        <Suspense fallback={<Loading />}>
          <FilterPanel
            filter={state.filter}
            columns={columns}
            onApply={(filter) => onChange({ filter })}
            onClose={() => onPanel(null)}
          />
        </Suspense>
      )}
      {/* The time stays visible while the list is not the current one. */}
      {(panel === 'time' || state.asOf !== null) && (
        <Box mb="sm">
          <TimeSlider
            from={collection.createdAt}
            value={state.asOf}
            onChange={(asOf) => onChange(asOf === null ? { asOf } : { asOf, search: '' })}
          />
        </Box>
      )}
    </>
  );
}
