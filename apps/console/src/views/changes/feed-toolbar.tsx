import { Button, Group, MultiSelect, NativeSelect, Switch, TextInput } from '@mantine/core';
import { IconFilter } from '@tabler/icons-react';
import type { ReactNode } from 'react';

import { changeTypeOptions, isChangeType } from '../../labels/change-types.js';
import type { FeedSelection } from './feed-selection.js';

interface FeedToolbarProps {
  selection: FeedSelection;
  onChange(change: Partial<FeedSelection>): void;
  collections: readonly string[];
  /** Whether the changes of all collections can be shown together. */
  hasAll: boolean;
  isFilterOpen: boolean;
  onFilter(): void;
  /** Whether the differences of all changes are shown. */
  isExpanded: boolean;
  onExpand(isExpanded: boolean): void;
}

/** Everything that selects the changes of the list. */
export function FeedToolbar(props: FeedToolbarProps): ReactNode {
  const { selection, onChange, collections, hasAll, isFilterOpen, onFilter, isExpanded, onExpand } = props;
  const { collection, types, actor, filter } = selection;
  const isFiltered = Object.keys(filter).length > 0;
  const names = collection === null || collections.includes(collection) ? collections : [collection, ...collections];
  return (
    <Group gap="sm" mb="sm" align="flex-end">
      <NativeSelect
        label="Collection"
        flex="1 1 9rem"
        maw="16rem"
        value={collection ?? ''}
        data={[...(hasAll ? [{ value: '', label: 'All collections' }] : []), ...names]}
        onChange={({ currentTarget: { value } }) => onChange({ collection: value === '' ? null : value })}
      />
      <MultiSelect
        label="Types"
        placeholder={types.length === 0 ? 'All types' : undefined}
        flex="1 1 9rem"
        maw="24rem"
        data={changeTypeOptions}
        value={[...types]}
        onChange={(chosen) => onChange({ types: chosen.filter(isChangeType) })}
        clearable
        clearButtonProps={{ 'aria-label': 'Show all types' }}
      />
      <TextInput
        label="Changed by"
        placeholder="Anyone"
        w="10rem"
        value={actor}
        onChange={({ currentTarget }) => onChange({ actor: currentTarget.value })}
      />
      <Button
        variant={isFiltered ? 'light' : 'default'}
        leftSection={<IconFilter size={16} />}
        onClick={onFilter}
        aria-expanded={isFilterOpen}
      >
        {isFiltered ? 'Filtered' : 'Filter'}
      </Button>
      <Switch
        label="Show all differences"
        checked={isExpanded}
        onChange={({ currentTarget }) => onExpand(currentTarget.checked)}
        mb={8}
      />
    </Group>
  );
}
