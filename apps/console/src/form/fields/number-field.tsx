import { TextInput } from '@mantine/core';
import { useRef, useState } from 'react';
import type { ReactNode } from 'react';

import { readNumber } from '../../values/number-text.js';
import { useForm } from '../form-context.js';
import { useUnread } from '../unread-inputs.js';
import type { InputProps } from './field-props.js';

/** Edits a number, as the JSON has it: without groups of digits, and with a point. */
export function NumberField({ value, spec, isKept, onChange, texts }: InputProps): ReactNode {
  const { isReadOnly } = useForm();
  const [typed, setTyped] = useState<string | null>(null);
  const before = useRef(value); // as it was when the input got the focus
  const read = typed === null || typed.trim() === '' ? undefined : readNumber(typed, spec.isInteger);
  // A text such as `1.` or `1.50` stays as it was typed, as long as it is the value.
  const isCurrent = read !== undefined && ('problem' in read || read.number === value);
  const isEmptied = typed === '' && (value === undefined || isKept);
  const text = typeof value === 'number' ? String(value) : '';
  useUnread(read !== undefined && 'problem' in read);
  const change = (next: string): void => {
    setTyped(next);
    const number = readNumber(next, spec.isInteger);
    if ('number' in number) onChange(number.number);
    else if (next.trim() === '' && !isKept) onChange(undefined);
    // The beginning of a text may have been a number, which is not the one that the user means.
    else if (value !== before.current) onChange(before.current);
  };
  return (
    <TextInput
      {...texts}
      inputMode={spec.isInteger ? 'numeric' : 'decimal'}
      value={typed !== null && (isCurrent || isEmptied) ? typed : text}
      readOnly={isReadOnly}
      onFocus={() => {
        before.current = value;
      }}
      onChange={(event) => change(event.currentTarget.value)}
      onBlur={() => setTyped((last) => (last === '' ? null : last))}
      error={read && 'problem' in read ? read.problem : texts.error}
    />
  );
}
