import { Button, Group } from '@mantine/core';
import { IconClock, IconExternalLink, IconFilter } from '@tabler/icons-react';
import { useCallback, useRef } from 'react';
import type { ReactNode } from 'react';

import { useShortcut } from '../../../ui/shortcuts.js';
import type { Panel } from './list-panels.js';
import type { ListState } from './list-state.js';
import { SearchField } from './search-field.js';

interface ListToolbarProps {
  state: ListState;
  onChange(change: Partial<ListState>): void;
  canSearch: boolean;
  /** The panel that is open. */
  panel: Panel | null;
  onPanel(panel: Panel | null): void;
  onOpen(): void;
  /** Buttons for the columns and for the selected rows. */
  children: ReactNode;
}

/** Everything that selects the records of the list. */
export function ListToolbar(props: ListToolbarProps): ReactNode {
  const { state, onChange, canSearch, panel, onPanel, onOpen, children } = props;
  const searchField = useRef<HTMLInputElement>(null);
  useShortcut('/', () => {
    if (searchField.current) searchField.current.focus();
    else onPanel('filter');
  });
  const search = useCallback((text: string) => onChange({ search: text }), [onChange]);
  const isFiltered = Object.keys(state.filter).length > 0;
  const toggle = (other: Panel): void => onPanel(panel === other ? null : other);
  return (
    <Group gap={6} mb="sm">
      {canSearch && <SearchField search={state.search} onSearch={search} input={searchField} />}
      <Button
        size="xs"
        variant={isFiltered ? 'light' : 'default'}
        leftSection={<IconFilter size={16} />}
        onClick={() => toggle('filter')}
        aria-expanded={panel === 'filter'}
      >
        {isFiltered ? 'Filtered' : 'Filter'}
      </Button>
      <Button
        size="xs"
        variant={state.asOf === null ? 'default' : 'light'}
        leftSection={<IconClock size={16} />}
        onClick={() => toggle('time')}
        aria-expanded={panel === 'time'}
      >
        Time
      </Button>
      <Button size="xs" variant="default" leftSection={<IconExternalLink size={16} />} onClick={onOpen}>
        Open
      </Button>
      {children}
    </Group>
  );
}
