import { Button, Stack } from '@mantine/core';
import { useState } from 'react';
import type { ReactNode } from 'react';

import type { Data } from '../api/types.js';
import { AddMember } from './add-member.js';
import { Field } from './field.js';
import { useForm } from './form-context.js';
import { memberNames, memberSchema, withMember } from './member-names.js';
import { pointerTo } from './json-schema.js';
import type { JsonSchema } from './json-schema.js';

/** Number of members that are shown at first. */
const SHOWN = 60;

/** Edits the members of an object: those of the schema in its order, and then the others that the object has. */
export function Members({
  schema,
  pointer,
  value,
  onChange,
}: {
  schema: JsonSchema;
  pointer: string;
  value: Data;
  onChange(value: Data): void;
}): ReactNode {
  const { isReadOnly } = useForm();
  const [shown, setShown] = useState(SHOWN);
  const names = memberNames(schema, value);
  const required: unknown = schema['required'];
  return (
    <Stack gap="sm">
      {names.slice(0, shown).map((name) => (
        <Field
          key={name}
          name={name}
          pointer={pointerTo(pointer, name)}
          schema={memberSchema(schema, name)}
          value={Object.hasOwn(value, name) ? value[name] : undefined}
          isRequired={Array.isArray(required) && required.includes(name)}
          onChange={(next) => onChange(withMember(value, name, next))}
        />
      ))}
      {names.length > shown && (
        <Button variant="default" onClick={() => setShown(shown + SHOWN)}>
          Show {Math.min(SHOWN, names.length - shown)} of {names.length - shown} more members
        </Button>
      )}
      {!isReadOnly && schema['additionalProperties'] !== false && (
        <AddMember names={names} onAdd={(name, first) => onChange(withMember(value, name, first))} />
      )}
    </Stack>
  );
}
