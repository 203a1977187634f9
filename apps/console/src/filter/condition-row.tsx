import { Autocomplete, Group, NativeSelect, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';

import { printValue } from '../columns/cell-values.js';
import type { Column } from '../columns/columns.js';
import { RemoveIconButton } from '../ui/buttons/remove-icon-button.js';
import { operatorOf, operatorsFor } from './operators.js';
import type { OperatorName } from './operators.js';

/** A condition while the user writes it: the operand is a text. */
export interface DraftCondition {
  key: number;
  path: string;
  operator: OperatorName;
  text: string;
  /** Why the operand is not valid. */
  error?: string;
}

interface ConditionRowProps {
  condition: DraftCondition;
  columns: readonly Column[];
  column: Column;
  onChange(condition: DraftCondition): void;
  onRemove(): void;
}

/** A row of the filter builder: member, comparison and operand. */
export function ConditionRow({ condition, columns, column, onChange, onRemove }: ConditionRowProps): ReactNode {
  const { path, operator, text, error } = condition;
  const { operand } = operatorOf(operator);
  const change = (part: Partial<DraftCondition>): void => onChange({ ...condition, error: undefined, ...part });
  return (
    <Group gap="xs" align="flex-start" wrap="wrap">
      <Autocomplete
        size="xs"
        w="12rem"
        aria-label="Field"
        placeholder="Field"
        data={columns.map((known) => known.path)}
        value={path}
        limit={50}
        onChange={(next) => change({ path: next })}
      />
      <NativeSelect
        size="xs"
        w="11rem"
        aria-label="Comparison"
        value={operator}
        data={operatorsFor(column.type, path, operator).map(({ name, label }) => ({ value: name, label }))}
        // The value is one of the options.
        onChange={({ currentTarget }) => change({ operator: currentTarget.value as OperatorName })}
      />
      {operand !== 'none' && <Operand column={column} operand={operand} text={text} error={error} onChange={change} />}
      <RemoveIconButton label={`Remove the condition on ${path}`} onClick={onRemove} />
    </Group>
  );
}

function Operand({
  column: { type, choices },
  operand,
  text,
  error,
  onChange,
}: {
  column: Column;
  operand: 'value' | 'list' | 'text';
  text: string;
  error?: string;
  onChange(part: { text: string }): void;
}): ReactNode {
  const options = type === 'boolean' ? [true, false] : type === 'choice' ? choices : undefined;
  if (operand === 'value' && options)
    return (
      <NativeSelect
        size="xs"
        w="14rem"
        aria-label="Value"
        value={text}
        data={['', ...options.map(printValue)]}
        onChange={({ currentTarget }) => onChange({ text: currentTarget.value })}
        error={error}
      />
    );
  return (
    <TextInput
      size="xs"
      w="14rem"
      aria-label="Value"
      placeholder={placeholderOf(type, operand)}
      value={text}
      onChange={({ currentTarget }) => onChange({ text: currentTarget.value })}
      error={error}
    />
  );
}

function placeholderOf(type: Column['type'], operand: 'value' | 'list' | 'text'): string {
  if (operand === 'list') return 'Values, separated by commas';
  if (type === 'dateTime') return '2026-01-31T12:00:00Z';
  if (type === 'date') return '2026-01-31';
  return type === 'json' ? 'JSON, such as "text" or 12' : 'Value';
}
