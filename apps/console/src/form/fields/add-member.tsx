import { Button, Group, NativeSelect, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import type { ReactNode } from 'react';

const STARTS = { text: '', number: 0, 'true or false': false, list: [], object: {}, null: null } as const;
type Kind = keyof typeof STARTS;
const KINDS: readonly Kind[] = ['text', 'number', 'true or false', 'list', 'object', 'null'];

/** Adds a member that the schema does not name. */
export function AddMember({
  names,
  onAdd,
}: {
  names: readonly string[];
  onAdd(name: string, first: unknown): void;
}): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const [name, setName] = useState('');
  const [kind, setKind] = useState<Kind>('text');
  const isTaken = names.includes(name);
  const add = (): void => {
    if (name === '' || isTaken) return;
    onAdd(name, STARTS[kind]);
    setName('');
    setOpen(false);
  };
  if (!isOpen)
    return (
      <Group>
        <Button size="compact-sm" variant="subtle" leftSection={<IconPlus size={14} />} onClick={() => setOpen(true)}>
          Add a member
        </Button>
      </Group>
    );
  return (
    <Group gap="xs" align="flex-end">
      <TextInput
        label="Name of the member"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return;
          event.preventDefault();
          add();
        }}
        error={isTaken ? 'There is a member with this name.' : undefined}
        data-autofocus
        autoFocus
      />
      <NativeSelect
        label="Type"
        data={[...KINDS]}
        value={kind}
        onChange={(event) => setKind(KINDS.find((one) => one === event.currentTarget.value) ?? 'text')}
      />
      <Button onClick={add} disabled={name === '' || isTaken}>
        Add
      </Button>
      <Button variant="default" onClick={() => setOpen(false)}>
        Cancel
      </Button>
    </Group>
  );
}
