import { Button, Group, NativeSelect, Stack, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import type { ReactNode } from 'react';

import { RemoveIconButton } from '../../../ui/buttons/remove-icon-button.js';
import { columnLabel } from '../ask-body.js';
import { COMPARISONS } from '../ask-state.js';
import type { Comparison, ComputedColumn, HavingCondition } from '../ask-state.js';

const LABELS: Record<Comparison, string> = {
  _gt: 'is greater than',
  _gte: 'is at least',
  _lt: 'is less than',
  _lte: 'is at most',
  _eq: 'is',
  _ne: 'is not',
};

interface HavingRowsProps {
  having: readonly HavingCondition[];
  computed: readonly ComputedColumn[];
  onChange(having: readonly HavingCondition[]): void;
}

/** Conditions on the computed values: only groups that match are shown. */
export function HavingRows({ having, computed, onChange }: HavingRowsProps): ReactNode {
  const change = (index: number, part: Partial<HavingCondition>): void => {
    const condition = having[index];
    if (condition) onChange(having.with(index, { ...condition, ...part }));
  };
  return (
    <Stack gap="xs" align="flex-start">
      {having.map(({ column, comparison, value }, index) => (
        <Group key={index} gap="xs">
          <NativeSelect
            aria-label={`Value of condition ${index + 1}`}
            value={String(column)}
            data={computed.map((one, at) => ({ value: String(at), label: columnLabel(one) }))}
            onChange={({ currentTarget }) => change(index, { column: Number(currentTarget.value) })}
          />
          <NativeSelect
            aria-label={`Comparison of condition ${index + 1}`}
            value={comparison}
            data={COMPARISONS.map((name) => ({ value: name, label: LABELS[name] }))}
            onChange={({ currentTarget }) =>
              change(index, { comparison: COMPARISONS.find((name) => name === currentTarget.value) ?? '_gt' })
            }
          />
          <TextInput
            aria-label={`Operand of condition ${index + 1}`}
            placeholder="10"
            value={value}
            w="8rem"
            onChange={({ currentTarget }) => change(index, { value: currentTarget.value })}
          />
          <RemoveIconButton
            label={`Remove condition ${index + 1}`}
            onClick={() => onChange(having.filter((_, other) => other !== index))}
          />
        </Group>
      ))}
      <Button
        size="xs"
        variant="subtle"
        leftSection={<IconPlus size={14} />}
        onClick={() => onChange([...having, { column: 0, comparison: '_gt', value: '' }])}
      >
        Show only some groups
      </Button>
    </Stack>
  );
}
