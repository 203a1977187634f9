import { Button, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { useLocation } from 'wouter';

import { useChangeTenant, useDeleteTenant } from '../../../api/tenants.js';
import type { TenantView } from '../../../api/tenants.js';
import { ConfirmDialog } from '../../../ui/dialogs/confirm-dialog.js';
import { notify } from '../../../ui/feedback/notify.js';
import { ProblemAlert } from '../../../ui/feedback/problem-alert.js';
import { OPERATORS_TENANT } from '../keys/scopes.js';
import { RenameTenant } from './rename-tenant.js';

/** Renames, suspends, resumes and deletes a tenant. That of the operators can only be renamed. */
export function TenantActions({ tenant }: { tenant: TenantView }): ReactNode {
  return (
    <>
      <RenameTenant tenant={tenant} />
      {tenant.id !== OPERATORS_TENANT && (
        <>
          {tenant.state === 'suspended' ? <ResumeTenant tenant={tenant} /> : <SuspendTenant tenant={tenant} />}
          <DeleteTenant tenant={tenant} />
        </>
      )}
    </>
  );
}

function SuspendTenant({ tenant }: { tenant: TenantView }): ReactNode {
  const [isOpen, { open, close }] = useDisclosure();
  const change = useChangeTenant(tenant, () => {
    notify(`${tenant.name} is suspended.`);
    close();
  });
  return (
    <>
      <Button variant="default" onClick={open}>
        Suspend…
      </Button>
      <ConfirmDialog
        title={`Suspend ${tenant.name}`}
        action="Suspend"
        isOpen={isOpen}
        isBusy={change.isPending}
        onConfirm={() => change.mutate({ suspended: true })}
        onClose={close}
      >
        <Text size="sm">
          Requests with keys and tokens of this tenant will fail with TENANT_SUSPENDED until you resume it. Its data is
          kept.
        </Text>
        {change.error && <ProblemAlert error={change.error} />}
      </ConfirmDialog>
    </>
  );
}

function ResumeTenant({ tenant }: { tenant: TenantView }): ReactNode {
  const change = useChangeTenant(tenant, () => notify(`${tenant.name} is active again.`));
  return (
    <>
      <Button variant="default" loading={change.isPending} onClick={() => change.mutate({ suspended: false })}>
        Resume
      </Button>
      {change.error && <ProblemAlert error={change.error} />}
    </>
  );
}

function DeleteTenant({ tenant }: { tenant: TenantView }): ReactNode {
  const [isOpen, { open, close }] = useDisclosure();
  const [, navigate] = useLocation();
  const remove = useDeleteTenant(tenant);
  const done = (): void => {
    notify(`${tenant.name} is being deleted.`);
    navigate('/tenants');
  };
  return (
    <>
      <Button variant="light" color="red" onClick={open}>
        Delete…
      </Button>
      <ConfirmDialog
        title={`Delete ${tenant.name}`}
        action="Delete"
        typed={tenant.name}
        isOpen={isOpen}
        isBusy={remove.isPending}
        onConfirm={() => remove.mutate(undefined, { onSuccess: done })}
        onClose={close}
      >
        <Text size="sm">
          The keys and tokens of this tenant are refused at once. All its collections, records and history are removed
          in the background. This cannot be undone.
        </Text>
        {remove.error && <ProblemAlert error={remove.error} />}
      </ConfirmDialog>
    </>
  );
}
