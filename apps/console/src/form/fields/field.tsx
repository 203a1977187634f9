import type { ReactNode } from 'react';

import { errorsAt } from '../field-errors.js';
import { useForm } from '../form-context.js';
import { ArrayField } from './array-field.js';
import { ChoiceField } from './choice-field.js';
import { DateField, DateTimeField } from './date-field.js';
import { fieldSpec } from './field-kind.js';
import type { FieldKind } from './field-kind.js';
import type { InputProps, InputTexts, SchemaFieldProps } from './field-props.js';
import { JsonField } from './json-field.js';
import { NumberField } from './number-field.js';
import { ObjectField } from './object-field.js';
import { ReferenceField } from './reference-field.js';
import { TextField } from './text-field.js';

const INPUTS: Readonly<Record<FieldKind, (props: InputProps) => ReactNode>> = {
  text: TextField,
  number: NumberField,
  boolean: ChoiceField,
  choice: ChoiceField,
  date: DateField,
  dateTime: DateTimeField,
  reference: ReferenceField,
  object: ObjectField,
  array: ArrayField,
  json: JsonField,
};

/** Edits one value with the input that its schema calls for. */
export function Field({ schema, isRequired, ...props }: SchemaFieldProps): ReactNode {
  const { root, errors } = useForm();
  const { name, pointer, value, labelling = 'visible' } = props;
  const spec = fieldSpec(schema, root, value);
  const { description, 'x-haven-default': initial } = spec.schema;
  const hasDefault = initial !== undefined;
  const texts: InputTexts = {
    label: labelling === 'visible' ? name : undefined,
    'aria-label': labelling === 'hidden' ? name : undefined,
    description: typeof description === 'string' ? description : undefined,
    error: errorsAt(errors, pointer, spec.kind === 'json' ? 'below' : 'exact'),
    withAsterisk: isRequired && !hasDefault,
    placeholder: placeholderOf(value, initial),
  };
  const Kind = INPUTS[spec.kind];
  return <Kind {...props} spec={spec} texts={texts} />;
}

/** Returns the text that an empty input shows. */
function placeholderOf(value: unknown, initial: unknown): string {
  if (value === null) return 'null';
  if (value !== undefined) return '';
  return initial === undefined ? '' : `Default: ${typeof initial === 'string' ? initial : JSON.stringify(initial)}`;
}
