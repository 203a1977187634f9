import { Alert, List } from '@mantine/core';
import { useMemo } from 'react';
import type { ReactNode } from 'react';

import type { Data } from '../api/types.js';
import { asSchema, pointerTo, resolveSchema } from '../values/json-schema.js';
import type { FieldError } from './field-errors.js';
import { Field } from './fields/field.js';
import { memberNames } from './fields/member-names.js';
import { Members } from './fields/members.js';
import { FormContext } from './form-context.js';

const NO_ERRORS: readonly FieldError[] = [];

/**
 * Edits a document: an input for each member of the schema and of the document. Members for which there is no input are
 * edited as JSON. `errors` have pointers into the document; those that belong to no input are listed above.
 */
export function DocumentForm({
  schema,
  value,
  onChange,
  errors = NO_ERRORS,
  isReadOnly = false,
}: {
  schema: Readonly<Data> | null | undefined;
  value: Data;
  onChange(value: Data): void;
  errors?: readonly FieldError[];
  isReadOnly?: boolean;
}): ReactNode {
  const root = useMemo(() => asSchema(schema), [schema]);
  const form = useMemo(() => ({ root, errors, isReadOnly, Field }), [root, errors, isReadOnly]);
  const resolved = useMemo(() => resolveSchema(root, root), [root]);
  const places = memberNames(resolved, value).map((name) => pointerTo('', name));
  const others = errors.filter(({ pointer }) => !places.some((place) => `${pointer}/`.startsWith(`${place}/`)));
  return (
    <FormContext value={form}>
      {others.length > 0 && (
        <Alert color="red" title="The document is not valid" mb="sm">
          <List size="sm">
            {others.slice(0, 20).map(({ pointer, detail }, index) => (
              <List.Item key={index}>
                {pointer} {detail}
              </List.Item>
            ))}
          </List>
        </Alert>
      )}
      <Members schema={resolved} pointer="" value={value} onChange={onChange} />
    </FormContext>
  );
}
