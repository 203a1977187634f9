import { NativeSelect, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';

import { shorten } from '../../values/shorten.js';
import { useForm } from '../form-context.js';
import type { InputProps } from './field-props.js';

const ABSENT = 'absent';

/** Edits a value of which the schema lists all that are allowed, and booleans. */
export function ChoiceField({ value, spec, isKept, onChange, texts }: InputProps): ReactNode {
  const { isReadOnly } = useForm();
  const allowed = spec.kind === 'boolean' ? [true, false] : spec.choices;
  const choices = spec.isNullable && !allowed.includes(null) ? [...allowed, null] : allowed;
  const index = choices.indexOf(value);
  const options = choices.map((choice, at) => ({ value: String(at), label: shorten(labelOf(choice, choices), 80) }));
  const isAbsentOffered = !isKept || index < 0;
  if (isReadOnly) return <TextInput {...texts} placeholder="not set" readOnly value={options[index]?.label ?? ''} />;
  return (
    <NativeSelect
      {...texts}
      value={index < 0 ? ABSENT : String(index)}
      data={isAbsentOffered ? [{ value: ABSENT, label: texts.placeholder || 'not set' }, ...options] : options}
      onChange={(event) => {
        const { value: chosen } = event.currentTarget;
        onChange(chosen === ABSENT ? undefined : choices[Number(chosen)]);
      }}
    />
  );
}

/** Returns the text of a choice, as JSON if another choice would have the same text, such as `"1"` and `1`. */
function labelOf(choice: unknown, choices: readonly unknown[]): string {
  const isAmbiguous = choices.some((other) => other !== choice && String(other) === String(choice));
  return typeof choice === 'string' && choice !== '' && !isAmbiguous ? choice : JSON.stringify(choice);
}
