import { Button, NativeSelect, Stack } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import type { ReactNode } from 'react';

import type { Column } from '../columns/columns.js';
import { ConditionRow } from './condition-row.js';
import { columnAt, firstCondition } from './filter-draft.js';
import type { FilterDraft } from './filter-draft.js';

interface FilterBuilderProps {
  draft: FilterDraft;
  columns: readonly Column[];
  onChange(draft: FilterDraft): void;
}

/** Edits a filter as conditions, one in each row. */
export function FilterBuilder({ draft, columns, onChange }: FilterBuilderProps): ReactNode {
  const { match, conditions } = draft;
  const byPath = new Map(columns.map((column) => [column.path, column]));
  return (
    <Stack gap="xs">
      {conditions.length > 1 && (
        <NativeSelect
          size="xs"
          w="fit-content"
          aria-label="Which conditions must match"
          value={match}
          data={[
            { value: 'all', label: 'All of these match' },
            { value: 'any', label: 'Any of these matches' },
          ]}
          onChange={({ currentTarget }) => onChange({ ...draft, match: currentTarget.value === 'any' ? 'any' : 'all' })}
        />
      )}
      {conditions.map((condition) => (
        <ConditionRow
          key={condition.key}
          condition={condition}
          columns={columns}
          column={columnAt(condition.path, byPath)}
          onChange={(next) =>
            onChange({ ...draft, conditions: conditions.map((other) => (other.key === next.key ? next : other)) })
          }
          onRemove={() => onChange({ ...draft, conditions: conditions.filter(({ key }) => key !== condition.key) })}
        />
      ))}
      <Button
        size="xs"
        variant="subtle"
        w="fit-content"
        leftSection={<IconPlus size={14} />}
        onClick={() => onChange({ ...draft, conditions: [...conditions, firstCondition(columns)] })}
      >
        Add a condition
      </Button>
    </Stack>
  );
}
