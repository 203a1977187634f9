import { TextInput } from '@mantine/core';
import type { TextInputProps } from '@mantine/core';
import type { ReactNode } from 'react';

interface NameInputProps extends Pick<TextInputProps, 'description' | 'placeholder'> {
  value: string;
  onChange(name: string): void;
}

/** The name of a tenant or a key: the first field of a dialog. */
export function NameInput({ onChange, ...others }: NameInputProps): ReactNode {
  return (
    <TextInput
      {...others}
      label="Name"
      maxLength={100}
      onChange={(event) => onChange(event.currentTarget.value)}
      required
      data-autofocus
    />
  );
}
