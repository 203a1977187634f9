import { Button, Text } from '@mantine/core';
import type { ReactNode } from 'react';

import { isObject } from '../../values/diff.js';
import { useForm } from '../form-context.js';
import type { InputProps } from './field-props.js';
import { Members } from './members.js';
import { NestedField } from './nested-field.js';
import { RemoveButton } from './remove-button.js';

/** Edits an object within the document. */
export function ObjectField({ name, pointer, spec, value, isKept, onChange, texts }: InputProps): ReactNode {
  const { isReadOnly } = useForm();
  const actions = !isReadOnly && (
    <>
      {!isObject(value) && (
        <Button size="compact-sm" variant="default" onClick={() => onChange({})}>
          Add {name}
        </Button>
      )}
      {isObject(value) && !isKept && <RemoveButton name={name} onClick={() => onChange(undefined)} />}
    </>
  );
  return (
    <NestedField legend={name} texts={texts} actions={actions}>
      {isObject(value) ? (
        <Members schema={spec.schema} pointer={pointer} value={value} onChange={onChange} />
      ) : (
        <Text size="sm" c="dimmed">
          {value === null ? 'null' : 'not set'}
        </Text>
      )}
    </NestedField>
  );
}
