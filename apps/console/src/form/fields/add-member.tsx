import { Button, Group, NativeSelect } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import type { ReactNode } from 'react';

import { MemberNameInput } from './member-name-input.js';

const STARTS = { text: '', number: 0, 'true or false': false, list: [], object: {}, null: null } as const;
type Kind = keyof typeof STARTS;
const KINDS: readonly Kind[] = ['text', 'number', 'true or false', 'list', 'object', 'null'];

/** Adds a member that the schema does not name. */
export function AddMember({
  names,
  onAdd,
}: {
  names: ReadonlySet<string>;
  onAdd(name: string, first: unknown): void;
}): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const [name, setName] = useState('');
  const [kind, setKind] = useState<Kind>('text');
  const isNew = name !== '' && !names.has(name);
  const add = (): void => {
    if (!isNew) return;
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
      <MemberNameInput
        label="Name of the member"
        value={name}
        taken={names}
        onChange={setName}
        onEnter={add}
        data-autofocus
        autoFocus
      />
      <NativeSelect
        label="Type"
        data={[...KINDS]}
        value={kind}
        onChange={(event) => setKind(KINDS.find((one) => one === event.currentTarget.value) ?? 'text')}
      />
      <Button onClick={add} disabled={!isNew}>
        Add
      </Button>
      <Button variant="default" onClick={() => setOpen(false)}>
        Cancel
      </Button>
    </Group>
  );
}
