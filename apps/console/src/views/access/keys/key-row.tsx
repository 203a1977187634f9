import { Badge, Button, Code, Group, Stack, Table, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { ReactNode } from 'react';

import { useIsOwnKey } from '../../../api/api-keys.js';
import type { ApiKeyView, IssuedApiKeyView } from '../../../api/api-keys.js';
import { Time } from '../../../ui/time/time.js';
import { shorten } from '../../../values/shorten.js';
import { keyState } from './key-state.js';
import { RevokeKeyDialog } from './revoke-key-dialog.js';
import { RotateKeyDialog } from './rotate-key-dialog.js';

const STATES = {
  active: { label: 'Active', color: 'teal.9' },
  expiring: { label: 'Expires soon', color: 'red.9' },
  expired: { label: 'Expired', color: 'gray.7' },
  revoked: { label: 'Revoked', color: 'gray.7' },
} as const;

/** Number of collections of a key that are shown. */
const SHOWN = 3;

/** A key in the list. Keys with scopes that the user cannot grant cannot be changed. */
export function KeyRow({
  apiKey,
  tenant,
  canChange,
  onRotated,
}: {
  apiKey: ApiKeyView;
  tenant: string;
  canChange: boolean;
  onRotated(key: IssuedApiKeyView): void;
}): ReactNode {
  const isOwn = useIsOwnKey()(apiKey.id);
  const state = keyState(apiKey, Date.now());
  return (
    <Table.Tr>
      <Table.Td>
        <Text size="sm" fw={600} style={{ overflowWrap: 'anywhere' }}>
          {apiKey.name}
        </Text>
        <Code>{apiKey.id}</Code>
      </Table.Td>
      <Table.Td>
        <Stack gap={4} align="flex-start">
          <Badge radius="sm" tt="none" miw="max-content" color={STATES[state].color}>
            {STATES[state].label}
          </Badge>
          {isOwn && (
            <Badge radius="sm" tt="none" variant="outline" color="gray" miw="max-content" c="var(--mantine-color-text)">
              Your key
            </Badge>
          )}
        </Stack>
      </Table.Td>
      <Table.Td>
        <Text size="sm">{apiKey.scopes.join(', ')}</Text>
        {apiKey.collections && <Restriction collections={apiKey.collections} />}
      </Table.Td>
      <Table.Td>
        <KeyTimes apiKey={apiKey} />
      </Table.Td>
      <Table.Td>
        {canChange && state !== 'revoked' && <KeyActions apiKey={apiKey} tenant={tenant} onRotated={onRotated} />}
      </Table.Td>
    </Table.Tr>
  );
}

function Restriction({ collections }: { collections: readonly string[] }): ReactNode {
  const shown = collections.slice(0, SHOWN).map((name) => shorten(name, 40));
  const rest = collections.length - shown.length;
  return (
    <Text size="sm" c="dimmed" title={collections.join(', ')} style={{ overflowWrap: 'anywhere' }}>
      Only {shown.join(', ')}
      {rest > 0 && ` and ${rest} more`}
    </Text>
  );
}

function KeyTimes({ apiKey }: { apiKey: ApiKeyView }): ReactNode {
  const { createdAt, lastUsedAt, expiresAt, revokedAt, previousUntil } = apiKey;
  return (
    <Text size="sm" component="div" style={{ whiteSpace: 'nowrap' }}>
      <div>Used {lastUsedAt === null ? 'never' : <Time at={lastUsedAt} />}</div>
      <div>
        Created <Time at={createdAt} />
      </div>
      {revokedAt !== null && (
        <div>
          Revoked <Time at={revokedAt} />
        </div>
      )}
      {revokedAt === null && expiresAt !== null && (
        <div>
          Expires <Time at={expiresAt} />
        </div>
      )}
      {revokedAt === null && previousUntil !== null && (
        <div>
          Previous secret valid until <Time at={previousUntil} />
        </div>
      )}
    </Text>
  );
}

function KeyActions({
  apiKey,
  tenant,
  onRotated,
}: {
  apiKey: ApiKeyView;
  tenant: string;
  onRotated(key: IssuedApiKeyView): void;
}): ReactNode {
  const [isRotating, rotation] = useDisclosure();
  const [isRevoking, revocation] = useDisclosure();
  return (
    <Group gap="xs" wrap="nowrap">
      <Button size="xs" variant="default" onClick={rotation.open} aria-label={`Rotate ${apiKey.name}`}>
        Rotate…
      </Button>
      <Button size="xs" variant="light" color="red" onClick={revocation.open} aria-label={`Revoke ${apiKey.name}`}>
        Revoke…
      </Button>
      <RotateKeyDialog
        apiKey={apiKey}
        tenant={tenant}
        isOpen={isRotating}
        onRotated={(issued) => {
          rotation.close();
          onRotated(issued);
        }}
        onClose={rotation.close}
      />
      <RevokeKeyDialog apiKey={apiKey} tenant={tenant} isOpen={isRevoking} onClose={revocation.close} />
    </Group>
  );
}
