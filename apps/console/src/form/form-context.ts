import { createContext, use } from 'react';
import type { ComponentType } from 'react';

import type { JsonSchema } from '../values/json-schema.js';
import type { FieldError } from './field-errors.js';
import type { SchemaFieldProps } from './fields/field-props.js';

/** The values that all fields of a form need. */
export interface Form {
  /** The schema of the document, into which `$ref`s point. */
  root: JsonSchema;
  errors: readonly FieldError[];
  isReadOnly: boolean;
  /** The component of one field. Objects and arrays have fields too, and would otherwise import each other. */
  Field: ComponentType<SchemaFieldProps>;
}

export const FormContext = createContext<Form | null>(null);

export function useForm(): Form {
  const form = use(FormContext);
  if (!form) throw new Error('The field is in no form.');
  return form;
}
