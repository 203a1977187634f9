import { Button, Group, Modal, Stack, Textarea, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { useLocation } from 'wouter';

import type { CollectionView } from '../api/types.js';
import { settingsPath } from '../labels/paths.js';
import { useSession } from '../session/session.js';
import { notify } from '../ui/notify.js';
import { ProblemAlert } from '../ui/problem-alert.js';

const NAME = /^[a-z][a-z0-9_-]{0,62}$/;

/** Creates a collection. */
export function NewCollection(): ReactNode {
  const [isOpen, { open, close }] = useDisclosure();
  return (
    <>
      <Button onClick={open}>New collection</Button>
      <Modal opened={isOpen} onClose={close} title="New collection">
        <NewCollectionForm onClose={close} />
      </Modal>
    </>
  );
}

function NewCollectionForm({ onClose }: { onClose(): void }): ReactNode {
  const { haven } = useSession();
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const [wasTried, setTried] = useState(false);
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
  const submit = (event: { preventDefault(): void }): void => {
    event.preventDefault();
    setTried(true);
    if (NAME.test(name)) creation.mutate();
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <TextInput
          label="Name"
          description="Lower-case letters, digits, _ and -, starting with a letter. It cannot be changed later."
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={wasTried && !NAME.test(name) ? 'A name has up to 63 characters of a-z, 0-9, _ and -.' : undefined}
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
