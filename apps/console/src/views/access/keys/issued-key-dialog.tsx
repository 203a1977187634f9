import { Alert, Button, Code, Group, Modal, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';

import type { IssuedApiKeyView } from '../../../api/api-keys.js';
import { prefix } from '../../../page.js';
import { CopyButton } from '../../../ui/buttons/copy-button.js';
import { Time } from '../../../ui/time/time.js';

/**
 * Shows the secret of a key, which cannot be read again. The dialog closes by its buttons only: a click beside it, or
 * Escape, would lose the secret.
 */
export function IssuedKeyDialog({ issued, onClose }: { issued: IssuedApiKeyView | null; onClose(): void }): ReactNode {
  return (
    <Modal
      opened={issued !== null}
      onClose={onClose}
      title="Copy the key now"
      size="lg"
      closeOnClickOutside={false}
      closeOnEscape={false}
    >
      {issued && (issued.token === null ? <NoSecret /> : <Secret issued={issued} token={issued.token} />)}
      <Group justify="flex-end" mt="md">
        <Button onClick={onClose}>Done</Button>
      </Group>
    </Modal>
  );
}

function Secret({ issued, token }: { issued: IssuedApiKeyView; token: string }): ReactNode {
  const curl = `curl ${location.origin}${prefix}/api/v1/caller -H 'Authorization: Bearer ${token}'`;
  return (
    <Stack>
      <Text size="sm">
        This is the key “{issued.name}”. Haven stores only a hash of it and cannot show it again. Store it in a password
        manager.
      </Text>
      <CopyableText text={token} label="Copy the key" />
      {issued.previousUntil !== null && (
        <Text size="sm">
          The previous secret is valid until <Time at={issued.previousUntil} />.
        </Text>
      )}
      <Text size="sm">To try it:</Text>
      <CopyableText text={curl} label="Copy the command" />
    </Stack>
  );
}

function CopyableText({ text, label }: { text: string; label: string }): ReactNode {
  return (
    <Stack gap="xs" align="flex-start">
      <Code block w="100%" tabIndex={0} style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
        {text}
      </Code>
      <CopyButton text={text} label={label} />
    </Stack>
  );
}

/** The request was repeated, because the first response, which had the secret, did not arrive. */
function NoSecret(): ReactNode {
  return (
    <Alert color="yellow" title="The secret did not arrive">
      The key was created, but the response that contained its secret got lost. Rotate the key to get another one.
    </Alert>
  );
}
