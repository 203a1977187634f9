import { NativeSelect, Stack } from '@mantine/core';
import type { ReactNode } from 'react';

import type { JsonSchema } from '../../../values/json-schema.js';
import { CommittedInput } from './committed-input.js';
import { computedDefaults, defaultText, readDefault } from './default-value.js';
import type { MemberKind } from './member-kind.js';

/** Defaults with which the field of a value starts. */
const STARTS: Partial<Record<MemberKind, unknown>> = { integer: 0, number: 0, boolean: false, object: {}, any: null };
for (const kind of ['texts', 'numbers', 'references', 'objects'] as const) STARTS[kind] = [];

interface DefaultFieldProps {
  kind: MemberKind;
  schema: JsonSchema;
  /** Undefined removes the default. */
  onChange(value: unknown): void;
}

/** Edits what a member gets if a new record does not have it. */
export function DefaultField({ kind, schema, onChange }: DefaultFieldProps): ReactNode {
  const value = schema['x-haven-default'];
  const computed = computedDefaults(kind);
  const isComputed = typeof value === 'string' && value.startsWith('$');
  const chosen = isComputed ? value : value === undefined ? 'none' : 'value';
  const choose = (next: string): void => {
    if (next === 'none') onChange(undefined);
    else onChange(next === 'value' ? (STARTS[kind] ?? '') : next);
  };
  return (
    <Stack gap="xs">
      <NativeSelect
        label="Default in new records"
        data={[
          { value: 'none', label: 'none' },
          { value: 'value', label: 'a value' },
          ...computed,
          ...(isComputed && !computed.some((one) => one.value === value) ? [value] : []),
        ]}
        value={chosen}
        onChange={(event) => choose(event.currentTarget.value)}
      />
      {chosen === 'value' && (
        <CommittedInput
          label="Default value"
          value={defaultText(kind, value)}
          read={(text) => readDefault(kind, text)}
          onCommit={onChange}
        />
      )}
    </Stack>
  );
}
