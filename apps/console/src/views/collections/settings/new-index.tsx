import { Autocomplete, Button, Checkbox, Group, NativeSelect, Paper, Stack } from '@mantine/core';
import { useState } from 'react';
import type { ReactNode } from 'react';

import type { CollectionView } from '../../../api/types.js';
import { RemoveIconButton } from '../../../ui/buttons/remove-icon-button.js';
import { newDeclaration } from './index-declaration.js';
import type { IndexDeclaration, IndexMember } from './index-declaration.js';
import { memberPaths } from './member-paths.js';

/** Most members of an index, unless the server is configured otherwise. */
const MOST = 5;
const EMPTY: IndexMember = { path: '', isDescending: false };

interface NewIndexProps {
  collection: CollectionView;
  onAdd(index: IndexDeclaration): void;
  onClose(): void;
}

/** Composes an index. */
export function NewIndex({ collection, onAdd, onClose }: NewIndexProps): ReactNode {
  const [members, setMembers] = useState<readonly IndexMember[]>([EMPTY]);
  const [unique, setUnique] = useState(false);
  const [caseless, setCaseless] = useState(false);
  const [isTime, setTime] = useState(false);
  const paths = [...memberPaths(collection), '$createdAt', '$updatedAt'];
  const index = newDeclaration(members, { unique, caseless, type: isTime ? 'dateTime' : null });
  const replace = (position: number, member: IndexMember): void => setMembers(members.with(position, member));
  return (
    <Paper withBorder p="md" component="section" aria-label="New index">
      <Stack>
        {members.map((member, position) => (
          <Group key={position} align="flex-end" gap="xs">
            <Autocomplete
              label={position === 0 ? 'Member' : `Member ${position + 1}`}
              description={position === 0 ? 'A path such as address.city' : undefined}
              data={paths}
              value={member.path}
              onChange={(path) => replace(position, { ...member, path })}
              autoFocus={position === 0}
            />
            <NativeSelect
              aria-label={`Order of member ${position + 1}`}
              data={[
                { value: 'ascending', label: 'ascending' },
                { value: 'descending', label: 'descending' },
              ]}
              value={member.isDescending ? 'descending' : 'ascending'}
              onChange={(event) =>
                replace(position, { ...member, isDescending: event.currentTarget.value === 'descending' })
              }
            />
            {members.length > 1 && (
              <RemoveIconButton
                label={`Remove member ${position + 1}`}
                onClick={() => setMembers(members.toSpliced(position, 1))}
              />
            )}
          </Group>
        ))}
        {members.length < MOST && (
          <Button
            variant="subtle"
            size="xs"
            onClick={() => setMembers([...members, EMPTY])}
            style={{ alignSelf: 'flex-start' }}
          >
            Add another member
          </Button>
        )}
        <Checkbox
          label="Unique"
          description="No two records can have the same value."
          checked={unique}
          onChange={(event) => setUnique(event.currentTarget.checked)}
        />
        <Checkbox
          label="Ignore the case of text"
          checked={caseless}
          onChange={(event) => setCaseless(event.currentTarget.checked)}
        />
        <Checkbox
          label="Order text as times"
          description="For dates with a time in different time zones."
          checked={isTime}
          onChange={(event) => setTime(event.currentTarget.checked)}
        />
        <Group>
          <Button disabled={index === null} onClick={() => index && onAdd(index)}>
            Add to the list
          </Button>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}
