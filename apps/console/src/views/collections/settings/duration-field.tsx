import { Group, NativeSelect, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';

import { writeDuration } from './duration.js';
import type { Duration } from './duration.js';

interface DurationFieldProps {
  label: string;
  description: string;
  units: { value: string; label: string }[];
  value: Duration;
  onChange(value: Duration): void;
}

/** Edits a duration as a number and a unit. */
export function DurationField({ label, description, units, value, onChange }: DurationFieldProps): ReactNode {
  return (
    <Group align="flex-end" gap="xs">
      <TextInput
        label={label}
        description={description}
        inputMode="numeric"
        value={value.amount}
        onChange={(event) => onChange({ ...value, amount: event.currentTarget.value.trim() })}
        error={writeDuration(value) === null ? 'A whole number above 0' : undefined}
        inputWrapperOrder={['label', 'description', 'error', 'input']}
      />
      <NativeSelect
        aria-label={`${label}: unit`}
        data={units}
        value={value.unit}
        onChange={(event) => onChange({ ...value, unit: event.currentTarget.value })}
      />
    </Group>
  );
}
