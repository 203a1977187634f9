import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import type { ReactNode } from 'react';

import { ProblemAlert } from '../ui/problem-alert.js';
import { useChangeTenant } from './tenants.js';
import type { TenantView } from './tenants.js';

export function RenameTenant({ tenant }: { tenant: TenantView }): ReactNode {
  const [isOpen, { open, close }] = useDisclosure();
  const [name, setName] = useState(tenant.name);
  const change = useChangeTenant(tenant);
  const submit = (event: { preventDefault(): void }): void => {
    event.preventDefault();
    change.mutate({ name: name.trim() }, { onSuccess: close });
  };
  return (
    <>
      <Button variant="default" onClick={open}>
        Rename…
      </Button>
      <Modal opened={isOpen} onClose={close} title="Rename the tenant">
        <form onSubmit={submit}>
          <Stack>
            <TextInput
              label="Name"
              maxLength={100}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
              required
              data-autofocus
            />
            {change.error && <ProblemAlert error={change.error} />}
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                Cancel
              </Button>
              <Button type="submit" loading={change.isPending} disabled={name.trim() === ''}>
                Rename
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
