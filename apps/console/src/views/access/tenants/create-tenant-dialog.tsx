import { useState } from 'react';
import type { ReactNode } from 'react';
import { useLocation } from 'wouter';

import { useCreateTenant } from '../../../api/tenants.js';
import { DialogForm } from '../../../ui/dialogs/dialog-form.js';
import { DISCARD, FormDialog, useCloseQuestion } from '../../../ui/dialogs/form-dialog.js';
import { NameInput } from '../name-input.js';

/** Creates a tenant, and opens it. */
export function CreateTenantDialog({ onClose }: { onClose(): void }): ReactNode {
  return (
    <FormDialog onClose={onClose} title="New tenant">
      <NewTenantForm onClose={onClose} />
    </FormDialog>
  );
}

function NewTenantForm({ onClose }: { onClose(): void }): ReactNode {
  const [name, setName] = useState('');
  useCloseQuestion(() => (name === '' ? null : DISCARD));
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
