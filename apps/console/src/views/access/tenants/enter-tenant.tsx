import { Button, Group, Modal, Radio, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { useLocation } from 'wouter';

import { useCreateKey } from '../../../api/api-keys.js';
import type { TenantView } from '../../../api/tenants.js';
import { useSession } from '../../../session/session.js';
import { ProblemAlert } from '../../../ui/feedback/problem-alert.js';
import { grantableScopes, readingScopes } from '../keys/scopes.js';

/** For how long the key is valid with which an operator sees a tenant. */
const VALID_MS = 8 * 3_600_000;

/**
 * Shows the data of a tenant to an operator. The API gives the data of a tenant only to its own keys, so this creates
 * one for a few hours; leaving the tenant and signing out revoke it.
 */
export function EnterTenant({ tenant }: { tenant: TenantView }): ReactNode {
  const { caller, enterTenant } = useSession();
  const [, navigate] = useLocation();
  const [isOpen, { open, close }] = useDisclosure();
  const [mode, setMode] = useState('read');
  const create = useCreateKey();
  const enter = (): void => {
    const scopes = mode === 'read' ? [...readingScopes] : [...grantableScopes(caller.scopes, tenant.id)];
    const expiresAt = new Date(Date.now() + VALID_MS).toISOString();
    const name = `Console of ${caller.actor}`.slice(0, 100);
    create.mutate(
      { name, scopes, expiresAt, tenant: tenant.id },
      {
        onSuccess: ({ token }) => {
          if (token === null) return; // the response was lost; the next attempt creates another key
          navigate('/');
          enterTenant(tenant.id, token);
        },
      },
    );
  };
  return (
    <>
      <Button onClick={open}>Open its data…</Button>
      <Modal opened={isOpen} onClose={close} title={`Open the data of ${tenant.name}`}>
        <Stack>
          <Text size="sm">
            This creates a key of the tenant that is valid for 8 hours, and uses it in this tab. The key is revoked when
            you leave the tenant or sign out. The tenant sees the key in its list, and your changes in its history.
          </Text>
          <Radio.Group label="You want to" value={mode} onChange={setMode}>
            <Stack gap="xs" mt="xs">
              <Radio value="read" label="Only read" />
              <Radio value="change" label="Read and change everything" />
            </Stack>
          </Radio.Group>
          {create.error && <ProblemAlert error={create.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <Button loading={create.isPending} onClick={enter}>
              Open
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
