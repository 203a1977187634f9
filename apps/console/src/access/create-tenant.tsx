import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { useLocation } from 'wouter';

import { ProblemAlert } from '../ui/problem-alert.js';
import { useCreateTenant } from './tenants.js';

/** Creates a tenant, and opens it. */
export function CreateTenant({ isOpen, onClose }: { isOpen: boolean; onClose(): void }): ReactNode {
  const [name, setName] = useState('');
  const [, navigate] = useLocation();
  const create = useCreateTenant();
  const submit = (event: { preventDefault(): void }): void => {
    event.preventDefault();
    if (name.trim() === '') return;
    create.mutate({ name: name.trim() }, { onSuccess: ({ id }) => navigate(`/tenants/${id}`) });
  };
  return (
    <Modal opened={isOpen} onClose={onClose} title="New tenant">
      <form onSubmit={submit}>
        <Stack>
          <TextInput
            label="Name"
            description="Letters, digits, spaces, ., _, @ and -; unique on this server"
            placeholder="Acme"
            maxLength={100}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            required
            data-autofocus
          />
          {create.error && <ProblemAlert error={create.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={create.isPending} disabled={name.trim() === ''}>
              Create tenant
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
