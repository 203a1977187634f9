import { Button, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';

import { Time } from '../../ui/time/time.js';
import { useForm } from '../form-context.js';
import { textOrAbsent } from './field-props.js';
import type { InputProps } from './field-props.js';

/** Edits a date (`2026-11-30`) with the calendar of the browser. */
export function DateField({ value, isKept, onChange, texts }: InputProps): ReactNode {
  const { isReadOnly } = useForm();
  return (
    <TextInput
      {...texts}
      type="date"
      value={typeof value === 'string' ? value : ''}
      readOnly={isReadOnly}
      onChange={(event) => onChange(textOrAbsent(event.currentTarget.value, isKept))}
    />
  );
}

/** RFC 3339, as `format: date-time` demands it. */
const DATE_TIME = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

/** Edits a date with a time. It is edited as the text that is stored, so that its offset and fractions stay. */
export function DateTimeField({ name, value, isKept, onChange, texts }: InputProps): ReactNode {
  const { isReadOnly } = useForm();
  const text = typeof value === 'string' ? value : '';
  const isValid = DATE_TIME.test(text) && !Number.isNaN(Date.parse(text));
  return (
    <TextInput
      {...texts}
      placeholder={texts.placeholder || '2026-11-30T12:00:00Z'}
      value={text}
      readOnly={isReadOnly}
      description={isValid ? <Time at={text} /> : texts.description}
      error={texts.error ?? (text !== '' && !isValid ? 'Not a date and time, such as 2026-11-30T12:00:00Z' : undefined)}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      onChange={(event) => onChange(textOrAbsent(event.currentTarget.value, isKept))}
      rightSectionWidth={56}
      rightSection={
        !isReadOnly && (
          <Button
            size="compact-xs"
            variant="subtle"
            aria-label={`Now: set ${name} to the current time`}
            onClick={() => onChange(new Date().toISOString())}
          >
            Now
          </Button>
        )
      }
    />
  );
}
