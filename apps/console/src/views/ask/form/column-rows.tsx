import { Button, Group, NativeSelect, NumberInput, Stack } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import type { ReactNode } from 'react';

import type { Column } from '../../../columns/columns.js';
import { RemoveIconButton } from '../../../ui/buttons/remove-icon-button.js';
import { FUNCTIONS } from '../ask-state.js';
import type { AggregateFunction, ComputedColumn } from '../ask-state.js';
import { PathField } from './path-field.js';

const LABELS: Record<AggregateFunction, string> = {
  count: 'Number of records',
  sum: 'Sum',
  avg: 'Average',
  min: 'Minimum',
  max: 'Maximum',
  distinct: 'Distinct values',
  percentile: 'Percentile',
};

interface ColumnRowsProps {
  computed: readonly ComputedColumn[];
  columns: readonly Column[];
  onChange(computed: readonly ComputedColumn[]): void;
  onRemove(index: number): void;
}

/** The values that are computed of each group. */
export function ColumnRows({ computed, columns, onChange, onRemove }: ColumnRowsProps): ReactNode {
  const change = (index: number, part: Partial<ComputedColumn>): void => {
    const column = computed[index];
    if (column) onChange(computed.with(index, { ...column, ...part }));
  };
  return (
    <Stack gap="xs" align="flex-start">
      {computed.map(({ fn, path, fraction }, index) => (
        <Group key={index} gap="xs">
          <NativeSelect
            aria-label={`Function ${index + 1}`}
            value={fn}
            data={FUNCTIONS.map((name) => ({ value: name, label: LABELS[name] }))}
            onChange={({ currentTarget: { value } }) =>
              change(index, { fn: FUNCTIONS.find((name) => name === value) ?? 'count' })
            }
          />
          <PathField
            label={`Field of function ${index + 1}`}
            placeholder={fn === 'count' ? 'All records' : 'Field'}
            value={path}
            columns={columns}
            onChange={(next) => change(index, { path: next })}
          />
          {fn === 'percentile' && (
            <NumberInput
              aria-label={`Percent of function ${index + 1}`}
              value={Math.round(fraction * 1_000) / 10}
              min={0}
              max={100}
              suffix=" %"
              w="6rem"
              onChange={(percent) => change(index, { fraction: Number(percent) / 100 })}
            />
          )}
          {computed.length > 1 && (
            <RemoveIconButton label={`Remove function ${index + 1}`} onClick={() => onRemove(index)} />
          )}
        </Group>
      ))}
      <Button
        size="xs"
        variant="subtle"
        leftSection={<IconPlus size={14} />}
        onClick={() => onChange([...computed, { fn: 'sum', path: '', fraction: 0.5 }])}
      >
        Compute another value
      </Button>
    </Stack>
  );
}
