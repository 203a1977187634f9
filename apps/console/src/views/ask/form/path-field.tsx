import { Autocomplete } from '@mantine/core';
import type { ReactNode } from 'react';

import type { Column } from '../../../columns/columns.js';

interface PathFieldProps {
  label: string;
  value: string;
  columns: readonly Column[];
  placeholder?: string;
  onChange(path: string): void;
}

/** Chooses a member of the records by its path. */
export function PathField({ label, value, columns, placeholder, onChange }: PathFieldProps): ReactNode {
  return (
    <Autocomplete
      aria-label={label}
      placeholder={placeholder ?? 'Field'}
      data={columns.filter(({ path }) => path !== '$id').map(({ path }) => path)}
      value={value}
      limit={100}
      w="13rem"
      onChange={onChange}
    />
  );
}
