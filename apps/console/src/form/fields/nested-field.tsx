import { Fieldset, Group, Input, Stack } from '@mantine/core';
import type { ReactNode } from 'react';

import type { InputTexts } from './field-props.js';

interface NestedFieldProps {
  legend: string;
  texts: InputTexts;
  /** Buttons below the values; null if the form is only read. */
  actions: ReactNode;
  children: ReactNode;
}

/** The frame of an object or of an array within the document. */
export function NestedField({ legend, texts, actions, children }: NestedFieldProps): ReactNode {
  return (
    <Fieldset legend={legend} p="sm">
      <Stack gap="xs">
        {texts.description !== undefined && <Input.Description>{texts.description}</Input.Description>}
        {children}
        {texts.error !== undefined && <Input.Error role="alert">{texts.error}</Input.Error>}
        {actions && <Group gap="xs">{actions}</Group>}
      </Stack>
    </Fieldset>
  );
}
