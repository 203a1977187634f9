import type { FieldSpec } from './field-kind.js';

/** One value of a form. */
export interface FieldProps {
  /** Name of the member, or position of the item. */
  name: string;
  /** JSON Pointer into the document. */
  pointer: string;
  spec: FieldSpec;
  /** Undefined if the member is absent. */
  value: unknown;
  /** Whether the member stays when its input is emptied. Otherwise it is removed. */
  isKept: boolean;
  /** Whether the name is shown; the items of an array have it for screen readers only. */
  labelling?: 'visible' | 'hidden';
  /** Sets the value; undefined removes the member. */
  onChange(value: unknown): void;
}

/** One value of a form, whose input depends on the schema. */
export interface SchemaFieldProps extends Omit<FieldProps, 'spec'> {
  schema: unknown;
  isRequired: boolean;
}

/** Returns the value of a member after a text was typed: an emptied member is removed unless it is kept. */
export function textOrAbsent(text: string, isKept: boolean): string | undefined {
  return text === '' && !isKept ? undefined : text;
}

/** The properties that all inputs get from their field. */
export interface InputTexts {
  label: string | undefined;
  'aria-label': string | undefined;
  description: string | undefined;
  error: string | undefined;
  withAsterisk: boolean;
  placeholder: string;
}

/** The properties of an input: one value of a form, and its texts. */
export interface InputProps extends FieldProps {
  texts: InputTexts;
}
