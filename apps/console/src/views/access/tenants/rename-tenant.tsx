import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import type { ReactNode } from 'react';

import { useChangeTenant } from '../../../api/tenants.js';
import type { TenantView } from '../../../api/tenants.js';
import { DialogForm } from '../../../ui/dialogs/dialog-form.js';
import { DISCARD, FormDialog, useCloseQuestion } from '../../../ui/dialogs/form-dialog.js';
import { NameInput } from '../name-input.js';

export function RenameTenant({ tenant }: { tenant: TenantView }): ReactNode {
  const [isOpen, { open, close }] = useDisclosure();
  return (
    <>
      <Button variant="default" onClick={open}>
        Rename…
      </Button>
      {isOpen && (
        <FormDialog onClose={close} title="Rename the tenant">
          <NameForm tenant={tenant} onClose={close} />
        </FormDialog>
      )}
    </>
  );
}

function NameForm({ tenant, onClose }: { tenant: TenantView; onClose(): void }): ReactNode {
  const [name, setName] = useState(tenant.name);
  useCloseQuestion(() => (name === tenant.name ? null : DISCARD));
  const change = useChangeTenant(tenant, onClose);
  return (
    <DialogForm
      action="Rename"
      isComplete={name.trim() !== ''}
      isBusy={change.isPending}
      error={change.error}
      onSubmit={() => change.mutate({ name: name.trim() })}
      onCancel={onClose}
    >
      <NameInput value={name} onChange={setName} />
    </DialogForm>
  );
}
