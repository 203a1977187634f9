import { Modal } from '@mantine/core';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { useLocation } from 'wouter';

import { useCreateTenant } from '../../../api/tenants.js';
import { DialogForm } from '../../../ui/dialogs/dialog-form.js';
import { NameInput } from '../name-input.js';

/** Creates a tenant, and opens it. */
export function CreateTenantDialog({ isOpen, onClose }: { isOpen: boolean; onClose(): void }): ReactNode {
  return (
    <Modal opened={isOpen} onClose={onClose} title="New tenant">
      <NewTenantForm onClose={onClose} />
    </Modal>
  );
}

function NewTenantForm({ onClose }: { onClose(): void }): ReactNode {
  const [name, setName] = useState('');
  const [, navigate] = useLocation();
  const create = useCreateTenant();
  return (
    <DialogForm
      action="Create tenant"
      isComplete={name.trim() !== ''}
      isBusy={create.isPending}
      error={create.error}
      onSubmit={() => create.mutate({ name: name.trim() }, { onSuccess: ({ id }) => navigate(`/tenants/${id}`) })}
      onCancel={onClose}
    >
      <NameInput
        description="Letters, digits, spaces, ., _, @ and -; unique on this server"
        placeholder="Acme"
        value={name}
        onChange={setName}
      />
    </DialogForm>
  );
}
