import { Button, Fieldset, Group, Input, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';

import { isObject } from '../../values/diff.js';
import { useForm } from '../form-context.js';
import type { FieldProps, InputTexts } from './field-props.js';
import { Members } from './members.js';
import { RemoveButton } from './remove-button.js';

/** Edits an object within the document. */
export function ObjectField({
  name,
  pointer,
  spec,
  value,
  isKept,
  onChange,
  texts,
}: FieldProps & { texts: InputTexts }): ReactNode {
  const { isReadOnly } = useForm();
  return (
    <Fieldset legend={name} p="sm">
      <Stack gap="xs">
        {texts.description !== undefined && <Input.Description>{texts.description}</Input.Description>}
        {isObject(value) ? (
          <Members schema={spec.schema} pointer={pointer} value={value} onChange={onChange} />
        ) : (
          <Text size="sm" c="dimmed">
            {value === null ? 'null' : 'not set'}
          </Text>
        )}
        {texts.error !== undefined && <Input.Error role="alert">{texts.error}</Input.Error>}
        {!isReadOnly && (
          <Group gap="xs">
            {!isObject(value) && (
              <Button size="compact-sm" variant="default" onClick={() => onChange({})}>
                Add {name}
              </Button>
            )}
            {isObject(value) && !isKept && <RemoveButton name={name} onClick={() => onChange(undefined)} />}
          </Group>
        )}
      </Stack>
    </Fieldset>
  );
}
