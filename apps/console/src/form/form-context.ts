import { createContext, use } from 'react';

import type { FieldError } from './field-errors.js';
import type { JsonSchema } from './json-schema.js';

/** The values that all fields of a form need. */
export interface Form {
  /** The schema of the document, into which `$ref`s point. */
  root: JsonSchema;
  errors: readonly FieldError[];
  isReadOnly: boolean;
}

export const FormContext = createContext<Form>({ root: {}, errors: [], isReadOnly: false });

export function useForm(): Form {
  return use(FormContext);
}
