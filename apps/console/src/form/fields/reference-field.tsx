import { TextInput } from '@mantine/core';
import type { ReactNode } from 'react';

import { RecordLink } from '../../labels/record-link.js';
import { isId } from '../../values/ids.js';
import { useForm } from '../form-context.js';
import { textOrAbsent } from './field-props.js';
import type { InputProps } from './field-props.js';
import { RecordPicker } from './record-picker.js';

/** Edits a reference to a record, and shows to which one it leads. */
export function ReferenceField({ name, value, spec, isKept, onChange, texts }: InputProps): ReactNode {
  const { isReadOnly } = useForm();
  const id = typeof value === 'string' ? value : '';
  const { target } = spec;
  return (
    <TextInput
      {...texts}
      placeholder={texts.placeholder || `Id of a record in ${target}`}
      value={id}
      readOnly={isReadOnly}
      description={target !== undefined && isId(id) ? <RecordLink collection={target} id={id} /> : texts.description}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      rightSectionWidth={72}
      rightSection={
        !isReadOnly &&
        target !== undefined && <RecordPicker name={name} collection={target} onPick={(picked) => onChange(picked)} />
      }
      onChange={(event) => onChange(textOrAbsent(event.currentTarget.value.trim(), isKept))}
    />
  );
}
