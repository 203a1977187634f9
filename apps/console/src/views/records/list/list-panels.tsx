import { Box } from '@mantine/core';
import type { ReactNode } from 'react';

import type { CollectionView } from '../../../api/types.js';
import type { Column } from '../../../columns/columns.js';
import { FilterPanel } from '../../../filter/filter-panel.js';
import { TimeSlider } from '../../../ui/time/time-slider.js';
import type { ListState } from './list-state.js';

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
        <FilterPanel
          filter={state.filter}
          columns={columns}
          onApply={(filter) => onChange({ filter })}
          onClose={() => onPanel(null)}
        />
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
