import { Button, Group, Stack, Textarea, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { useLocation } from 'wouter';

import { useCollections } from '../../../api/collections.js';
import type { CollectionView } from '../../../api/types.js';
import { settingsPath } from '../../../labels/paths.js';
import { useSession } from '../../../session/session.js';
import { DISCARD, FormDialog, useCloseQuestion } from '../../../ui/dialogs/form-dialog.js';
import { notify } from '../../../ui/feedback/notify.js';
import { ProblemAlert } from '../../../ui/feedback/problem-alert.js';
import { shorten } from '../../../values/shorten.js';

const NAME = /^[a-z][a-z0-9_-]{0,62}$/;

/** Creates a collection. A key that is restricted to some collections can create those of them that do not exist. */
export function NewCollection(): ReactNode {
  const { caller } = useSession();
  const { data: existing = [] } = useCollections();
  const [isOpen, { open, close }] = useDisclosure();
  const names = new Set(existing.map(({ name }) => name));
  if (caller.collections?.every((name) => names.has(name))) return null;
  return (
    <>
      <Button onClick={open}>New collection</Button>
      {isOpen && (
        <FormDialog onClose={close} title="New collection">
          <NewCollectionForm onClose={close} />
        </FormDialog>
      )}
    </>
  );
}

function NewCollectionForm({ onClose }: { onClose(): void }): ReactNode {
  const { haven, caller, may } = useSession();
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const [wasTried, setTried] = useState(false);
  useCloseQuestion(() => (name === '' && description === '' ? null : DISCARD));
  const creation = useMutation({
    mutationFn: () => {
      const body = { name, ...(description.trim() !== '' && { description: description.trim() }) };
      return haven.request<CollectionView>({ method: 'POST', path: '/api/v1/collections', body });
    },
    onSuccess: async () => {
      notify(`The collection ${name} is created.`);
      await queries.invalidateQueries({ queryKey: ['collections'] });
      navigate(settingsPath(name));
    },
  });
  const problem = NAME.test(name)
    ? may('collections:write', name)
      ? undefined
      : `Your key may only create: ${shorten((caller.collections ?? []).join(', '))}.`
    : 'A name has up to 63 characters of a-z, 0-9, _ and -.';
  const submit = (event: { preventDefault(): void }): void => {
    event.preventDefault();
    setTried(true);
    if (problem === undefined) creation.mutate();
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <TextInput
          label="Name"
          description="Lower-case letters, digits, _ and -, starting with a letter. It cannot be changed later."
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={wasTried ? problem : undefined}
          required
          data-autofocus
          autoComplete="off"
        />
        <Textarea
          label="Description"
          description="Optional."
          maxLength={1_000}
          autosize
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
        />
        {creation.error && <ProblemAlert error={creation.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={creation.isPending}>
            Create
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
