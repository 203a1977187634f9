import { Box, Button, Group, Stack } from '@mantine/core';
import { useState } from 'react';
import type { ReactNode } from 'react';

import type { Data } from '../../api/types.js';
import { RemoveIconButton } from '../../ui/buttons/remove-icon-button.js';
import { isObject } from '../../values/diff.js';
import { asSchema, pointerTo } from '../../values/json-schema.js';
import type { JsonSchema } from '../../values/json-schema.js';
import { useForm } from '../form-context.js';
import { AddMember } from './add-member.js';
import { fieldSpec } from './field-kind.js';
import type { FieldKind } from './field-kind.js';
import { memberNames, memberSchema, withMember } from './member-names.js';

/** Number of members that are shown at first. */
const SHOWN = 60;

/** Inputs of these kinds are short, so that several fit in a row. */
const NARROW: ReadonlySet<FieldKind> = new Set(['number', 'boolean', 'choice', 'date']);
const COLUMNS = {
  display: 'grid',
  gridTemplateColumns: 'repeat(auto-fill, minmax(min(10rem, 100%), 1fr))',
  gap: 'var(--mantine-spacing-sm)',
  alignItems: 'start',
} as const;

interface MembersProps {
  schema: JsonSchema;
  pointer: string;
  value: Data;
  onChange(value: Data): void;
}

/** Edits the members of an object: those of the schema in its order, and then the others that the object has. */
export function Members({ schema, pointer, value, onChange }: MembersProps): ReactNode {
  const { isReadOnly } = useForm();
  const [shown, setShown] = useState(SHOWN);
  const names = memberNames(schema, value);
  // Within objects that the schema describes, further members are rare: they are added as JSON.
  const isOpen = schema['additionalProperties'] !== false && (pointer === '' || !isObject(schema['properties']));
  return (
    <Stack gap="sm">
      <Box style={COLUMNS}>
        {names.slice(0, shown).map((name) => (
          <Member key={name} name={name} schema={schema} pointer={pointer} value={value} onChange={onChange} />
        ))}
      </Box>
      {names.length > shown && (
        <Button variant="default" onClick={() => setShown(shown + SHOWN)}>
          Show {Math.min(SHOWN, names.length - shown)} of {names.length - shown} more members
        </Button>
      )}
      {!isReadOnly && isOpen && (
        <AddMember names={new Set(names)} onAdd={(name, first) => onChange(withMember(value, name, first))} />
      )}
    </Stack>
  );
}

/** Edits one member. Members that the schema does not declare are removed with a button, others by emptying them. */
function Member({ name, schema, pointer, value, onChange }: MembersProps & { name: string }): ReactNode {
  const { Field, root, isReadOnly } = useForm();
  const required: unknown = schema['required'];
  const isRequired = Array.isArray(required) && required.includes(name);
  const isDeclared = Object.hasOwn(asSchema(schema['properties']), name);
  const part = memberSchema(schema, name);
  const member = Object.hasOwn(value, name) ? value[name] : undefined;
  const isNarrow = NARROW.has(fieldSpec(part, root, member).kind);
  return (
    <Group miw={0} gap={4} wrap="nowrap" align="flex-end" style={isNarrow ? undefined : { gridColumn: '1 / -1' }}>
      <Box flex={1} miw={0}>
        <Field
          name={name}
          pointer={pointerTo(pointer, name)}
          schema={part}
          value={member}
          isRequired={isRequired}
          isKept={isRequired || !isDeclared}
          onChange={(next) => onChange(withMember(value, name, next))}
        />
      </Box>
      {!isDeclared && !isReadOnly && (
        <RemoveIconButton label={`Remove ${name}`} onClick={() => onChange(withMember(value, name, undefined))} />
      )}
    </Group>
  );
}
