import { Button, Group, Paper, Stack, Text } from '@mantine/core';
import { useRef, useState } from 'react';
import type { ReactNode, Ref } from 'react';

import { MemberNameInput } from '../../../form/fields/member-name-input.js';
import { MemberRow } from './member-row.js';
import type { MembersEditorProps } from './members-editor-props.js';
import { membersOf, withMembers } from './schema-members.js';
import type { SchemaMember } from './schema-members.js';

/** Edits the members of an object. */
export function MembersEditor({ collection, label, schema, onChange }: MembersEditorProps): ReactNode {
  const members = membersOf(schema);
  const names = new Set(members.map(({ name }) => name));
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const newName = useRef<HTMLInputElement>(null);
  const change = (next: readonly SchemaMember[]): void => onChange(withMembers(schema, next));
  const open = (name: string): void => setOpened(new Set([...opened, name]));
  const toggle = (name: string): void => {
    if (opened.has(name)) setOpened(new Set([...opened].filter((other) => other !== name)));
    else open(name);
  };
  return (
    <Stack gap="xs" role="group" aria-label={label}>
      {members.length === 0 && <Text c="dimmed">No members yet</Text>}
      {members.map((member, index) => (
        <Paper key={index} withBorder p="xs">
          <MemberRow
            collection={collection}
            editor={MembersEditor}
            member={member}
            otherNames={names}
            isOpen={opened.has(member.name)}
            onToggle={() => toggle(member.name)}
            onChange={(changed) => {
              if (opened.has(member.name)) open(changed.name);
              change(members.with(index, changed));
            }}
            onOpen={() => open(member.name)}
            onRemove={() => {
              change(members.toSpliced(index, 1));
              newName.current?.focus(); // the button that has the focus disappears
            }}
          />
        </Paper>
      ))}
      <NewMember
        inputRef={newName}
        names={names}
        label={label}
        onAdd={(name) => change([...members, { name, schema: { type: 'string' }, isRequired: false }])}
      />
    </Stack>
  );
}

/** Asks for the name of a new member. */
function NewMember({
  inputRef,
  names,
  label,
  onAdd,
}: {
  inputRef: Ref<HTMLInputElement>;
  names: ReadonlySet<string>;
  label: string;
  onAdd(name: string): void;
}): ReactNode {
  const [name, setName] = useState('');
  const isNew = name !== '' && !names.has(name);
  const add = (): void => {
    if (!isNew) return;
    onAdd(name);
    setName('');
  };
  return (
    <Group align="flex-start" gap="xs">
      <MemberNameInput
        ref={inputRef}
        aria-label={`Name of a new member (${label})`}
        placeholder="Name of a new member"
        value={name}
        taken={names}
        onChange={setName}
        onEnter={add}
      />
      <Button variant="default" disabled={!isNew} onClick={add}>
        Add
      </Button>
    </Group>
  );
}
