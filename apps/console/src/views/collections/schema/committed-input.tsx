import { TextInput } from '@mantine/core';
import type { TextInputProps } from '@mantine/core';
import { useState } from 'react';
import type { ReactNode } from 'react';

/** A value that was read from a text, or why there is none. */
export type ReadValue<Value> = { value: Value } | { problem: string };

type CommittedInputProps<Value> = Omit<TextInputProps, 'value' | 'onChange' | 'error'> & {
  /** The text of the value as it is. */
  value: string;
  read(text: string): ReadValue<Value>;
  onCommit(value: Value): void;
};

/** A text field whose value changes when the user leaves it or presses Enter, and only to a valid value. */
export function CommittedInput<Value>({ value, read, onCommit, ...props }: CommittedInputProps<Value>): ReactNode {
  const [typed, setTyped] = useState<string | null>(null);
  const found = typed === null ? null : read(typed);
  const commit = (): void => {
    if (found === null || 'problem' in found) return;
    setTyped(null);
    if (typed !== value) onCommit(found.value);
  };
  return (
    <TextInput
      {...props}
      value={typed ?? value}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key !== 'Enter') return;
        event.preventDefault();
        commit();
      }}
      error={found !== null && 'problem' in found ? found.problem : undefined}
    />
  );
}
