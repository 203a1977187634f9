import { Button, Code, Stack, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { ReactNode } from 'react';

import { longTextProps } from '../../ui/long-text.js';
import { countOf } from '../../values/numbers.js';
import { shorten } from '../../values/shorten.js';
import { useForm } from '../form-context.js';
import { textOrAbsent } from './field-props.js';
import type { InputProps } from './field-props.js';

/** Texts with more characters are edited in several lines. */
const LONG = 80;
/** Texts with more characters are shown when the user wants to see them: an input of that length is slow. */
const HUGE = 20_000;

/** Edits a string. An optional member whose text is deleted is removed. */
export function TextField({ name, value, isKept, onChange, texts }: InputProps): ReactNode {
  const { isReadOnly } = useForm();
  const text = typeof value === 'string' ? value : '';
  const [isLong] = useState(text.length > LONG || text.includes('\n')); // an input that is replaced loses the focus
  const [isHuge, setHuge] = useState(text.length > HUGE);
  const props = {
    ...texts,
    value: text,
    readOnly: isReadOnly,
    onChange: (event: { currentTarget: { value: string } }) =>
      onChange(textOrAbsent(event.currentTarget.value, isKept)),
  };
  if (isHuge)
    return (
      <Stack gap={4} align="flex-start">
        <span>{name}</span>
        <Code block w="100%" tabIndex={0}>
          {shorten(text, 500)}
        </Code>
        <Button size="compact-sm" variant="default" onClick={() => setHuge(false)}>
          Show all {countOf(text.length, 'character')} of {name}
        </Button>
      </Stack>
    );
  const long = longTextProps(text);
  if (text.length > HUGE) return <Textarea {...props} {...long} rows={12} />;
  return isLong ? <Textarea {...props} {...long} autosize minRows={2} maxRows={12} /> : <TextInput {...props} />;
}
