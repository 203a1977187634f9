import { TextInput } from '@mantine/core';
import type { TextInputProps } from '@mantine/core';
import type { ReactNode, Ref } from 'react';

interface MemberNameInputProps extends Omit<TextInputProps, 'onChange'> {
  ref?: Ref<HTMLInputElement>;
  value: string;
  /** Names that other members have. */
  taken: ReadonlySet<string>;
  onChange(name: string): void;
  /** Called for the Enter key. */
  onEnter(): void;
}

/** Asks for the name of a new member, and says if another one has it. */
export function MemberNameInput({ value, taken, onChange, onEnter, ...others }: MemberNameInputProps): ReactNode {
  return (
    <TextInput
      {...others}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key !== 'Enter') return;
        event.preventDefault();
        onEnter();
      }}
      error={taken.has(value) ? 'There is a member with this name.' : undefined}
    />
  );
}
